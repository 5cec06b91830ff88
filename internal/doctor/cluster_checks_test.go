package doctor_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

func TestOnlyTheNamespaceOfAProjectIsLabelled(t *testing.T) {
	const namespace, project = "apiVersion: v1\nkind: Namespace\nmetadata: {name: microsvcs}", "apiVersion: kargo.akuity.io/v1alpha1\nkind: Project\nmetadata: {name: microsvcs}"
	for _, test := range []struct {
		objects []string
		mended  bool
	}{{[]string{namespace}, false}, {[]string{namespace, project}, true}} {
		d, repairs := newWorld().look(t, clusterOf(t, test.objects...))
		if f := only(t, d, "project-namespace"); f.Fixable != test.mended || (f.Command != "") != test.mended || (len(repairs) == 1) != test.mended {
			t.Errorf("%+v, repairs %v", f, repairs)
		}
	}
}

func TestReceiversForAllProjectsCount(t *testing.T) {
	const common = "apiVersion: kargo.akuity.io/v1alpha1\nkind: ClusterConfig\nmetadata: {name: cluster}\nspec: "
	for spec, want := range map[string]int{"{}": 1, "{webhookReceivers: [{name: quay, quay: {secretRef: {name: quay}}}]}": 0} {
		d, _ := newWorld().look(t, clusterOf(t, common+spec))
		if got := findings(d, "webhook-receiver"); len(got) != want {
			t.Errorf("%s: %+v", spec, got)
		}
	}
}

func TestASyncHasTheOptionsOfTheApplication(t *testing.T) {
	for policy, want := range map[string]string{
		"{}": `-p '{"operation":{"sync":{}}}'`,
		`{syncOptions: ["ServerSideApply=true", "x='"], retry: {limit: 2}}`: `-p '{"operation":{"retry":{"limit":2},"sync":{"syncOptions":["ServerSideApply=true","x='\''"]}}}'`,
	} {
		app := strings.Replace(argo("red-app", "microsvcs:red-production", ""), "Synced", "OutOfSync", 1) + "spec: {syncPolicy: " + policy + "}"
		d, _ := newWorld().look(t, clusterOf(t, updating("red-production", namesRed), app))
		if f := only(t, d, "argocd-application"); !strings.HasSuffix(f.Command, want) {
			t.Errorf("%s", f.Command)
		}
	}
}

// TestTheRoleOfTheBotHasAllThatItNeeds, not only what is missing now: it has the same name the next time.
func TestTheRoleOfTheBotHasAllThatItNeeds(t *testing.T) {
	cluster := clusterOf(t)
	asked := map[string]bool{}
	reviews := interceptor.NewClient(cluster, interceptor.Funcs{
		Create: func(_ context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
			review, ok := o.(*authorizationv1.SubjectAccessReview)
			if !ok {
				t.Errorf("%T", o)
				return nil
			}
			a := review.Spec.ResourceAttributes
			asked[a.Group+"/"+strings.TrimSuffix(a.Resource+"/"+a.Subresource, "/")+" "+a.Verb] = true
			review.Status.Allowed = a.Resource != "events"
			return nil
		},
	})
	d, err := newWorld().doctor(t, doctor.Ports{Reader: cluster, Reviews: reviews, Person: true, BotUser: "system:serviceaccount:kargo-bot:bot"}).Examine(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f := only(t, d, "bot-permissions")
	if !strings.Contains(f.What, "may not: list, watch events.") {
		t.Errorf("%s", f.What)
	}
	text, isOne := strings.CutPrefix(f.Command, "kubectl apply -f - <<'EOF'\n")
	text, ends := strings.CutSuffix(text, "\nEOF")
	first, second, two := strings.Cut(text, "---\n")
	var role rbacv1.Role
	var binding rbacv1.RoleBinding
	if err := yaml.UnmarshalStrict([]byte(first), &role); err != nil || !isOne || !ends || !two {
		t.Fatalf("%v: %s", err, f.Command)
	}
	if err := yaml.UnmarshalStrict([]byte(second), &binding); err != nil {
		t.Fatal(err)
	}
	for want := range asked {
		resource, verb, _ := strings.Cut(want, " ")
		group, resource, _ := strings.Cut(resource, "/")
		if !slices.ContainsFunc(role.Rules, func(r rbacv1.PolicyRule) bool {
			return slices.Contains(r.APIGroups, group) && slices.Contains(r.Resources, resource) && slices.Contains(r.Verbs, verb)
		}) {
			t.Errorf("the Role lacks %s", want)
		}
	}
	if subject := binding.Subjects[0]; binding.RoleRef.Name != role.Name || role.Namespace != "microsvcs" || subject.Name != "bot" || subject.Namespace != "kargo-bot" {
		t.Errorf("%+v", binding)
	}
}

func TestToTryAgainMendsNothingByItself(t *testing.T) {
	w := newWorld()
	w.warehouse.Status.Conditions = cannotDiscover("dial tcp: i/o timeout")
	if !w.repair(t).Retries {
		t.Error("it would count as mended")
	}
	w = newWorld()
	w.warehouse.Spec.Subscriptions[0].Image.AllowTags = "^v"
	if w.repair(t).Retries {
		t.Error("it would not count as mended")
	}
}
