package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// newShipment is a Shipment as somebody would make it by hand, to Stages of one service each.
func newShipment(w *harness.World, username string, stages ...string) *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{
		ObjectMeta: metav1.ObjectMeta{Namespace: w.Name, GenerateName: "terminal-by-hand-"},
		Spec: v1alpha1.ShipmentSpec{
			Action: v1alpha1.ActionPromote, Summary: "by hand", RequestDigest: strings.Repeat("0", 64),
			RequestedBy: v1alpha1.Actor{Source: "terminal", ID: username, Username: username},
		},
	}
	for _, stage := range stages {
		s.Spec.Items = append(s.Spec.Items, v1alpha1.ShipmentItem{
			Service: "red", Environment: "production", Path: []string{stage}, Freight: "f",
		})
	}
	return s
}

// try makes a Shipment without keeping it.
func try(t *testing.T, c client.Client, s *v1alpha1.Shipment) error {
	t.Helper()
	return c.Create(t.Context(), s, client.DryRunAll)
}

// awaitPolicy returns when the API server goes by the chart's policy, of which it hears by a watch.
func awaitPolicy(t *testing.T, w *harness.World, person *harness.Person) {
	t.Helper()
	err := wait.PollUntilContextTimeout(t.Context(), 100*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		err := try(t, person.Client, newShipment(w, "somebody-else", "red-production"))
		return apierrors.IsForbidden(err), client.IgnoreAlreadyExists(ignoreForbidden(err))
	})
	if err != nil {
		t.Fatalf("the policy has no effect: %v", err)
	}
}

func ignoreForbidden(err error) error {
	if apierrors.IsForbidden(err) {
		return nil
	}
	return err
}

func TestTerminalPolicyStopsForgedShipments(t *testing.T) {
	t.Parallel()
	w, person := newTerminal(t, "red-production", "red-staging")
	awaitPolicy(t, w, person)
	for name, test := range map[string]struct {
		forge func(*v1alpha1.Shipment)
		says  string // nothing where it is let pass
	}{
		"as it should be": {func(*v1alpha1.Shipment) {}, ""},
		"through both Stages": {func(s *v1alpha1.Shipment) {
			s.Spec.Items[0].Path = []string{"red-staging", "red-production"}
		}, ""},
		"in the name of somebody else": {func(s *v1alpha1.Shipment) {
			s.Spec.RequestedBy.Username = harness.OctocatEmail
		}, "can ask for nobody else"},
		"called by somebody else's name": {func(s *v1alpha1.Shipment) { s.Spec.RequestedBy.Name = "octocat" }, "can ask for nobody else"},
		"under a name that is another's": {func(s *v1alpha1.Shipment) {
			s.GenerateName, s.Name = "", "abort-red-production-0123456789ab"
		}, "begins with terminal-"},
		"by the ID of somebody else": {func(s *v1alpha1.Shipment) { s.Spec.RequestedBy.ID = "hubot" }, "can ask for nobody else"},
		"from Slack":                 {func(s *v1alpha1.Shipment) { s.Spec.RequestedBy.Source = "slack" }, "elsewhere than in a terminal"},
		"with groups that are not theirs": {func(s *v1alpha1.Shipment) {
			s.Spec.RequestedBy.Groups = []string{"system:masters"}
		}, "groups and role are not yours"},
		"with a group that is theirs": {func(s *v1alpha1.Shipment) {
			s.Spec.RequestedBy.Groups = []string{"system:serviceaccounts"}
		}, ""},
		"by a role": {func(s *v1alpha1.Shipment) { s.Spec.RequestedBy.Role = "promoter" }, "groups and role are not yours"},
		"to be answered in Slack": {func(s *v1alpha1.Shipment) {
			s.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42"}
		}, "only the bot answers in Slack"},
		"to be answered on GitHub": {func(s *v1alpha1.Shipment) {
			s.Spec.Origin.GitHub = &v1alpha1.GitHubOrigin{Repo: "acme/app", Issue: 1}
		}, "only the bot answers in Slack"},
		"with an annotation of the bot's": {func(s *v1alpha1.Shipment) {
			s.Annotations = map[string]string{v1alpha1.AnnotationSlackResponse: "sealed"}
		}, "are the bot's"},
		"with an annotation of their own": {func(s *v1alpha1.Shipment) { s.Annotations = map[string]string{"acme.dev/ticket": "7"} }, ""},
		"to a Stage of others":            {func(s *v1alpha1.Shipment) { s.Spec.Items[0].Path = []string{"blue-production"} }, "may not promote to Stage blue-production"},
		"to a Stage of others at the end": {func(s *v1alpha1.Shipment) {
			s.Spec.Items = append(s.Spec.Items, s.Spec.Items[0])
			s.Spec.Items[1].Path = []string{"red-staging", "blue-production"}
		}, "may not promote to Stage blue-production"},
		"approving for a Stage of others": {func(s *v1alpha1.Shipment) {
			s.Spec.Action, s.Spec.Items[0].Path = v1alpha1.ActionApprove, []string{"blue-production"}
		}, "may not promote to Stage blue-production"},
		"aborting in a Stage of theirs": {func(s *v1alpha1.Shipment) {
			s.Spec.Action, s.Spec.Items[0].Promotions = v1alpha1.ActionAbort, []string{"red-production.01abc.f"}
		}, ""},
		"aborting in a Stage of others": {func(s *v1alpha1.Shipment) {
			s.Spec.Action, s.Spec.Items[0].Promotions = v1alpha1.ActionAbort, []string{"blue-production.01abc.f"}
		}, "promotions are of another Stage"},
		"refreshing what they see": {func(s *v1alpha1.Shipment) {
			s.Spec.Action = v1alpha1.ActionRefresh
			s.Spec.Items = []v1alpha1.ShipmentItem{{Service: "blue", Warehouse: "blue"}}
		}, ""},
	} {
		s := newShipment(w, person.Username, "red-production")
		test.forge(s)
		err := try(t, person.Client, s)
		if test.says == "" && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if test.says != "" && (!apierrors.IsForbidden(err) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: it is answered with %v; want %q", name, err, test.says)
		}
	}
	// Not even an administrator is somebody else.
	if err := try(t, cluster.Client, newShipment(w, person.Username, "red-production")); !apierrors.IsForbidden(err) {
		t.Errorf("an administrator in the name of somebody else: %v", err)
	}
	// What may be asked for is a right to create Shipments, and no right to change them.
	if err := try(t, person.Client, newShipment(w, person.Username, "red-production")); err != nil {
		t.Fatal(err)
	}
	kept := newShipment(w, person.Username, "red-production")
	if err := person.Client.Create(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
	abort := client.RawPatch("application/merge-patch+json", []byte(`{"metadata": {"annotations": {"kargobot.dev/abort": "x"}}}`))
	if err := person.Client.Patch(t.Context(), kept, abort); !apierrors.IsForbidden(err) {
		t.Errorf("annotating a Shipment is answered with %v", err)
	}
}

func TestTerminalPolicyOfManyStages(t *testing.T) {
	t.Parallel()
	const most = 20
	var stages []string
	for i := range most + 1 {
		stages = append(stages, fmt.Sprintf("red-%d", i))
	}
	w, some := newTerminal(t, stages...)
	all := cluster.NewPerson(t, "admin")
	w.BindTerminal(t, all.Username)
	w.Permit(t, all.Username)
	awaitPolicy(t, w, some)
	for name, test := range map[string]struct {
		person *harness.Person
		stages []string
		says   string
	}{
		"as many as can be asked about": {some, stages[:most], ""},
		"one more":                      {some, stages, "more than 20 Stages"},
		"one more, of all":              {all, stages, ""},
		"very many, of all":             {all, append(strings.Split(strings.Repeat("red-0 ", 178)+"red-1", " "), stages...), ""},
	} {
		err := try(t, test.person.Client, newShipment(w, test.person.Username, test.stages...))
		if test.says == "" && err != nil || test.says != "" && (err == nil || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: it is answered with %v; want %q", name, err, test.says)
		}
	}
}

// TestTerminalPolicyOfWarehouses is about somebody who may create Shipments, and see no Warehouse but one.
func TestTerminalPolicyOfWarehouses(t *testing.T) {
	t.Parallel()
	w, bound := newTerminal(t)
	awaitPolicy(t, w, bound)
	person := cluster.NewPerson(t, "hubot")
	w.Grant(t, person.Username,
		rbacv1.PolicyRule{APIGroups: []string{"kargobot.dev"}, Resources: []string{"shipments"}, Verbs: []string{"create"}},
		rbacv1.PolicyRule{APIGroups: []string{"kargo.akuity.io"}, Resources: []string{"warehouses"}, Verbs: []string{"get"}, ResourceNames: []string{"red"}})
	for warehouse, may := range map[string]bool{"red": true, "blue": false} {
		s := newShipment(w, person.Username, "")
		s.Spec.Action = v1alpha1.ActionRefresh
		s.Spec.Items = []v1alpha1.ShipmentItem{{Service: warehouse, Warehouse: warehouse}}
		if err := try(t, person.Client, s); may != (err == nil) || !may && !apierrors.IsForbidden(err) {
			t.Errorf("refreshing %s is answered with %v", warehouse, err)
		}
	}
}
