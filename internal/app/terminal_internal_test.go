package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// person is somebody at a terminal, before an API server that answers as it is told.
type person struct {
	*Terminal
	server client.WithWatch
	// whoami, creates and reads are the errors that are answered, if they are set.
	whoami, creates, reads error
	may                    bool
}

func newPerson(t *testing.T) *person {
	t.Helper()
	scheme, err := NewScheme()
	if err != nil {
		t.Fatal(err)
	}
	origin := kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}
	meta := func(name string) metav1.ObjectMeta { return metav1.ObjectMeta{Namespace: "microsvcs", Name: name} }
	p := &person{may: true}
	p.server = interceptor.NewClient(fake.NewClientBuilder().WithScheme(scheme).WithObjects(
		&kargoapi.Stage{ObjectMeta: meta("red-production"), Spec: kargoapi.StageSpec{
			RequestedFreight:  []kargoapi.FreightRequest{{Origin: origin, Sources: kargoapi.FreightSources{Direct: true}}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{Steps: []kargoapi.PromotionStep{{Uses: "git-push"}}}},
		}},
		&kargoapi.Freight{ObjectMeta: meta("e72fb09c1d4f"), Origin: origin, Images: []kargoapi.Image{{RepoURL: "example.com/red", Tag: "3.2.0"}}},
	).Build(), interceptor.Funcs{Create: p.create, List: p.list})
	p.Terminal, err = newTerminal(TerminalOptions{
		Pipelines: []kargo.Pipeline{{Project: "microsvcs", Namespace: "microsvcs", Environments: []kargo.Environment{{Name: "production"}}}},
		Progress:  io.Discard, Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}, p.server)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *person) create(ctx context.Context, to client.WithWatch, o client.Object, opts ...client.CreateOption) error {
	switch review := o.(type) {
	case *authenticationv1.SelfSubjectReview:
		review.Status.UserInfo.Username = "octocat@acme.dev"
		return p.whoami
	case *authorizationv1.SelfSubjectAccessReview:
		review.Status.Allowed = p.may
		return nil
	}
	if p.creates != nil {
		return p.creates
	}
	return to.Create(ctx, o, opts...)
}

func (p *person) list(ctx context.Context, to client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
	if p.reads != nil {
		return p.reads
	}
	return to.List(ctx, list, opts...)
}

// said returns all words of an answer.
func said(a bot.Answer) string {
	lines := []string{a.Card.Title}
	for _, line := range a.Card.Body {
		lines = append(lines, line.String())
	}
	return strings.Join(lines, "\n")
}

const line = "promote red production"

func TestATerminalMakesShipmentsInTheNameOfThePerson(t *testing.T) {
	p := newPerson(t)
	var names []string
	for range 2 {
		answer := p.Ask(t.Context(), line)
		if answer.Problem != nil || answer.Shipment == nil {
			t.Fatalf("answered: %s", said(answer))
		}
		by := answer.Shipment.Spec.RequestedBy
		if by.Source != "terminal" || by.ID != "octocat@acme.dev" || by.Username != "octocat@acme.dev" || len(by.Groups) > 0 {
			t.Errorf("requested by %+v", by)
		}
		if o := answer.Shipment.Spec.Origin; o.Slack != nil || o.GitHub != nil || len(answer.Shipment.Annotations) > 0 {
			t.Errorf("made: %+v", answer.Shipment)
		}
		names = append(names, answer.Shipment.Name)
	}
	if names[0] == names[1] {
		t.Error("to ask again is taken for a retry")
	}
	if got := p.Card(&v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{Items: []v1alpha1.ShipmentItem{
		{Service: "red", Environment: "production", Path: []string{"red-production"}},
	}}}); got.Title != "Promote red to production" {
		t.Errorf("card %+v", got)
	}
}

func TestATerminalRefusesLikeTheBot(t *testing.T) {
	p := newPerson(t)
	p.may = false
	answer := p.Ask(t.Context(), line)
	if answer.Problem == nil || answer.Problem.Code != chatops.CodeForbidden || !strings.Contains(said(answer), "Needed: promote on Stage red-production") {
		t.Errorf("answered: %s", said(answer))
	}
}

func TestATerminalExplainsWhatThePersonCanMend(t *testing.T) {
	shipments := schema.GroupResource{Group: "kargobot.dev", Resource: "shipments"}
	forbidden := apierrors.NewForbidden(shipments, "", errors.New(
		`User "octocat@acme.dev" cannot create resource "shipments" in API group "kargobot.dev" in the namespace "microsvcs"`))
	denied := apierrors.NewForbidden(shipments, "x", errors.New(
		"ValidatingAdmissionPolicy 'p' with binding 'p' denied request: octocat@acme.dev may not promote to Stage red-production"))
	absent := apierrors.NewGenericServerResponse(404, "post", shipments, "", "404 page not found", 0, true)
	down := errors.New("dial tcp 10.0.0.1:6443: connection refused")
	for name, test := range map[string]struct {
		spoil func(*person)
		code  chatops.ProblemCode
		says  string
	}{
		"may not create":     {func(p *person) { p.creates = forbidden }, chatops.CodeForbidden, "kubectl -n microsvcs create rolebinding kargo-bot-terminal-octocat-acme-dev --clusterrole=kargo-bot-terminal --user=octocat@acme.dev"},
		"may not read":       {func(p *person) { p.reads = forbidden }, chatops.CodeForbidden, "the ClusterRole kargo-bot-terminal"},
		"policy":             {func(p *person) { p.creates = denied }, chatops.CodeForbidden, "octocat@acme.dev may not promote to Stage red-production"},
		"no bot":             {func(p *person) { p.creates = absent }, chatops.CodeUnavailable, "no kargo-bot in this cluster"},
		"down":               {func(p *person) { p.reads = down }, chatops.CodeUnavailable, "can't reach Kubernetes"},
		"down at once":       {func(p *person) { p.whoami = down }, chatops.CodeUnavailable, "can't reach Kubernetes"},
		"not logged in":      {func(p *person) { p.whoami = apierrors.NewUnauthorized("expired") }, chatops.CodeUnavailable, "does not accept your credentials"},
		"invalid, by itself": {func(p *person) { p.creates = apierrors.NewInvalid(schema.GroupKind{}, "x", nil) }, chatops.CodeInternal, "couldn't record your request"},
	} {
		p := newPerson(t)
		test.spoil(p)
		answer := p.Ask(t.Context(), line)
		if answer.Problem == nil || answer.Problem.Code != test.code || answer.Shipment != nil {
			t.Errorf("%s: answered %+v", name, answer)
			continue
		}
		if text := said(answer); !strings.Contains(text, test.says) || strings.Contains(text, "dial tcp") || strings.Contains(text, "ValidatingAdmissionPolicy") {
			t.Errorf("%s: it says\n%s", name, text)
		}
	}
}
