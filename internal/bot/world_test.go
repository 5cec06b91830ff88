package bot_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var (
	noon    = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)
	errDown = errors.New("dial tcp 10.0.0.1:6443: connect: connection refused")
	red     = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}
)

// catalogue knows one Stage and one Freight, or says what is wrong.
type catalogue struct {
	bot.Catalogue // what a test does not expect to be asked

	target         kargo.Target
	freight        *kargoapi.Freight
	finds, chooses error
	// asked is what Select and Choose were asked for.
	asked []string
}

func (c *catalogue) Select(_ context.Context, services []string, environment string) ([]kargo.Target, error) {
	c.asked = append(append(c.asked, services...), environment)
	return []kargo.Target{c.target}, c.finds
}

func (c *catalogue) Choose(_ context.Context, _ kargo.Target, wanted string, _ time.Time) (*kargoapi.Freight, error) {
	c.asked = append(c.asked, wanted)
	if c.chooses != nil {
		return nil, c.chooses
	}
	return c.freight, nil
}

// people are all the same person, or none.
type people struct {
	subject access.Subject
	err     error
}

func (p *people) Subject(context.Context, chatops.Actor) (access.Subject, error) {
	return p.subject, p.err
}

// permissions answers every question alike.
type permissions struct {
	decision access.Decision
	err      error
	asked    []access.Question
}

func (p *permissions) Decide(_ context.Context, subject access.Subject, q access.Question) (access.Decision, error) {
	p.asked = append(p.asked, q)
	p.decision.Subject = subject
	return p.decision, p.err
}

// world is a Bot and everything around it: red 3.1.0 runs in production, 3.2.0 can go there.
type world struct {
	*bot.Bot
	catalogue   *catalogue
	people      *people
	permissions *permissions
	server      client.WithWatch
	faults      interceptor.Funcs
	registry    *prometheus.Registry
	log         bytes.Buffer
}

func newWorld(t *testing.T) *world {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := v1alpha1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	w := &world{
		catalogue: &catalogue{
			target: kargo.Target{Project: "microsvcs", Namespace: "microsvcs", Service: "red", Environment: "production", Stage: newStage()},
			freight: &kargoapi.Freight{
				ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "e72fb09c1d4f"}, Alias: "rafting-starfish", Origin: red,
				Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: "3.2.0"}},
			},
		},
		people:      &people{subject: access.Subject{Username: "octocat@acme.dev", Groups: []string{"acme:web"}, Email: "octocat@acme.dev"}},
		permissions: &permissions{decision: access.Decision{Allowed: true}},
		server:      fake.NewClientBuilder().WithScheme(scheme).WithStatusSubresource(&v1alpha1.Shipment{}).Build(),
		registry:    prometheus.NewRegistry(),
	}
	// Faults are looked up at each call, so that a test can plan them as it goes.
	writer := interceptor.NewClient(w.server, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if w.faults.Create != nil {
				return w.faults.Create(ctx, c, o, opts...)
			}
			return c.Create(ctx, o, opts...)
		},
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if w.faults.Get != nil {
				return w.faults.Get(ctx, c, key, o, opts...)
			}
			return c.Get(ctx, key, o, opts...)
		},
	})
	w.Bot = bot.New(bot.Options{
		Catalogue: w.catalogue, People: w.people, Permissions: w.permissions, Shipments: writer, Cache: w.server, Quorum: writer,
		Links: cards.Links{Kargo: "https://kargo.acme.dev"}, Now: func() time.Time { return noon },
		Log:     slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: bot.NewMetrics(w.registry),
	})
	return w
}

func newStage() *kargoapi.Stage {
	return &kargoapi.Stage{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: "red-production"},
		Spec: kargoapi.StageSpec{
			RequestedFreight: []kargoapi.FreightRequest{{Origin: red}},
			PromotionTemplate: &kargoapi.PromotionTemplate{Spec: kargoapi.PromotionTemplateSpec{
				Steps: []kargoapi.PromotionStep{{Uses: "argocd-update"}},
			}},
		},
		Status: kargoapi.StageStatus{FreightHistory: []*kargoapi.FreightCollection{{Freight: map[string]kargoapi.FreightReference{
			red.String(): {Name: "2873e6b6a1c3", Origin: red, Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: "3.1.0"}}},
		}}}},
	}
}

// ask is a request by octocat in Slack, told from others by key.
func ask(line, key string) bot.Request {
	return bot.Request{
		Actor: chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42", Name: "octocat"},
		Line:  line, Key: key,
		Origin:      v1alpha1.Origin{Slack: &v1alpha1.SlackOrigin{Team: "T01", Channel: "C7", User: "U42"}},
		Annotations: map[string]string{v1alpha1.AnnotationSlackResponse: "sealed"},
	}
}

const line = "/promote red production"

// shipments lists what is recorded.
func (w *world) shipments(t *testing.T) []v1alpha1.Shipment {
	t.Helper()
	var list v1alpha1.ShipmentList
	if err := w.server.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// wantAccepted expects an answer with a Shipment, and returns that.
func (w *world) wantAccepted(t *testing.T, a bot.Answer) *v1alpha1.Shipment {
	t.Helper()
	if a.Problem != nil || a.Shipment == nil {
		t.Fatalf("not accepted: %+v", a)
	}
	if a.Card.Title == "" {
		t.Error("the card is empty")
	}
	return a.Shipment
}

// wantRefused expects an answer with a problem of that code, and that nothing was made.
func (w *world) wantRefused(t *testing.T, a bot.Answer, code chatops.ProblemCode) {
	t.Helper()
	if a.Problem == nil || a.Problem.Code != code {
		t.Fatalf("answer %+v, want problem %s", a, code)
	}
	if a.Shipment != nil || len(w.shipments(t)) > 0 {
		t.Error("refused, and yet something was made")
	}
	if a.Card.Title == "" || a.Card.Title != a.Problem.Title {
		t.Errorf("card %q, problem %q", a.Card.Title, a.Problem.Title)
	}
}
