package bot_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// letters is a Bot that people subscribe with: shop has red and blue in staging and production, billing has api in
// dev and production.
type letters struct {
	*bot.Bot
	people *people
	server client.WithWatch
	// fails is what the API server answers to writes of Subscriptions in a namespace.
	fails map[string]error
}

func newLetters(t *testing.T) *letters {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{v1alpha1.AddToScheme, kargoapi.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	l := &letters{
		people: &people{subject: access.Subject{Username: "octocat@acme.dev"}},
		server: fake.NewClientBuilder().WithScheme(scheme).Build(), fails: map[string]error{},
	}
	catalogue := kargo.NewCatalogue(l.server, []kargo.Pipeline{
		{Project: "shop", Namespace: "shop", Services: []string{"red", "blue"},
			Environments: []kargo.Environment{{Name: "staging"}, {Name: "production", Aliases: []string{"prod"}}}},
		{Project: "billing", Namespace: "money", Services: []string{"api"},
			Environments: []kargo.Environment{{Name: "dev"}, {Name: "production"}}},
	})
	writer := interceptor.NewClient(l.server, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if err := l.fails[o.GetNamespace()]; err != nil {
				return err
			}
			return c.Create(ctx, o, opts...)
		},
	})
	var log bytes.Buffer
	l.Bot = bot.New(bot.Options{
		Queries: bot.Queries{Library: catalogue}, Catalogue: catalogue, People: l.people, Permissions: &permissions{},
		Shipments: writer, Cache: l.server, Quorum: l.server, Now: func() time.Time { return noon },
		Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: bot.NewMetrics(prometheus.NewRegistry()),
	})
	return l
}

// says asks as octocat in Slack, and returns the title of the answer and its lines.
func (l *letters) says(t *testing.T, line string) (title, body string) {
	t.Helper()
	answer := l.Handle(t.Context(), ask(line, line))
	if answer.Problem != nil {
		t.Fatalf("%s: %v", line, answer.Problem)
	}
	lines := make([]string, len(answer.Card.Body))
	for i, text := range answer.Card.Body {
		lines[i] = text.String()
	}
	return answer.Card.Title, strings.Join(lines, "\n")
}

// recorded returns what is recorded in each namespace.
func (l *letters) recorded(t *testing.T) map[string]v1alpha1.SubscriptionSpec {
	t.Helper()
	var list v1alpha1.SubscriptionList
	if err := l.server.List(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	found := map[string]v1alpha1.SubscriptionSpec{}
	for _, s := range list.Items {
		found[s.Namespace+"/"+s.Name] = s.Spec
	}
	return found
}

// spec is what is recorded for octocat.
func spec(p v1alpha1.PersonalSubscription) v1alpha1.SubscriptionSpec {
	p.Name = "octocat"
	return v1alpha1.SubscriptionSpec{Sink: "slack", Target: "U42", Personal: &p}
}

func TestSubscribe(t *testing.T) {
	failed := []v1alpha1.Outcome{v1alpha1.OutcomeFailed, v1alpha1.OutcomeRolledBack}
	const shop, billing = "shop/slack-t01-u42", "money/slack-t01-u42"
	production := []string{"production"}
	for _, test := range []struct {
		line, says string
		want       map[string]v1alpha1.SubscriptionSpec
	}{
		{"/subscribe", "shop: all services\nbilling: all services", map[string]v1alpha1.SubscriptionSpec{
			shop: spec(v1alpha1.PersonalSubscription{}), billing: spec(v1alpha1.PersonalSubscription{}),
		}},
		{"/subscribe red,blue prod --on failed,rolled-back", "shop: blue, red in production · failed, rolledBack", map[string]v1alpha1.SubscriptionSpec{
			shop: spec(v1alpha1.PersonalSubscription{Services: []string{"blue", "red"}, Environments: production, On: failed}),
		}},
		{"/subscribe production --mine", "shop: all services in production · only what you have asked for or released\n" +
			"billing: all services in production · only what you have asked for or released", map[string]v1alpha1.SubscriptionSpec{
			shop:    spec(v1alpha1.PersonalSubscription{Environments: production, Mine: true}),
			billing: spec(v1alpha1.PersonalSubscription{Environments: production, Mine: true}),
		}},
		{"/subscribe dev", "billing: all services in dev", map[string]v1alpha1.SubscriptionSpec{
			billing: spec(v1alpha1.PersonalSubscription{Environments: []string{"dev"}}),
		}},
		{"/subscribe billing/all", "billing: all services", map[string]v1alpha1.SubscriptionSpec{
			billing: spec(v1alpha1.PersonalSubscription{}),
		}},
		{"/subscribe api,red", "shop: red\nbilling: api", map[string]v1alpha1.SubscriptionSpec{
			shop:    spec(v1alpha1.PersonalSubscription{Services: []string{"red"}}),
			billing: spec(v1alpha1.PersonalSubscription{Services: []string{"api"}}),
		}},
	} {
		l := newLetters(t)
		title, body := l.says(t, test.line)
		if title != "From now on, I tell you in direct messages what happens." || body != test.says+"\n/unsubscribe ends it." {
			t.Errorf("%s: %s\n%s", test.line, title, body)
		}
		if diff := cmp.Diff(test.want, l.recorded(t)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.line, diff)
		}
		title, body = l.says(t, test.line)
		if title != "I tell you that already." || strings.Contains(body, "takes the place") {
			t.Errorf("%s, again: %s\n%s", test.line, title, body)
		}
	}
}

func TestASubscriptionTakesThePlaceOfAnother(t *testing.T) {
	l := newLetters(t)
	l.says(t, "/subscribe --on failed")
	title, body := l.says(t, "/subscribe api")
	if title != "From now on, I tell you in direct messages what happens." ||
		body != "billing: api\nIt takes the place of what you had subscribed to before.\n/unsubscribe ends it." {
		t.Errorf("%s\n%s", title, body)
	}
	since := metav1.NewTime(noon)
	changed := spec(v1alpha1.PersonalSubscription{Services: []string{"api"}})
	changed.Since = &since // of what was before, they were told by the other
	want := map[string]v1alpha1.SubscriptionSpec{"money/slack-t01-u42": changed}
	if diff := cmp.Diff(want, l.recorded(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestUnsubscribe(t *testing.T) {
	l := newLetters(t)
	other := &v1alpha1.Subscription{
		ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "slack-t01-u43"}, Spec: v1alpha1.SubscriptionSpec{Sink: "slack", Target: "U43"},
	}
	if err := l.server.Create(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	const none = "You have not subscribed to anything."
	for _, line := range []string{"/subscriptions", "/unsubscribe"} {
		if title, body := l.says(t, line); title != none || !strings.HasSuffix(body, "/subscribe production") {
			t.Errorf("%s: %s\n%s", line, title, body)
		}
	}
	l.says(t, "/subscribe production --on failed")
	title, body := l.says(t, "/subscriptions")
	want := "shop: all services in production · failed\nbilling: all services in production · failed\n/unsubscribe ends it."
	if title != "I tell you in direct messages what happens." || body != want {
		t.Errorf("%s\n%s", title, body)
	}
	if title, _ := l.says(t, "/unsubscribe"); title != "I don't tell you any more what happens." {
		t.Error(title)
	}
	if diff := cmp.Diff(map[string]v1alpha1.SubscriptionSpec{"shop/slack-t01-u43": other.Spec}, l.recorded(t)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSubscribeIsRefused(t *testing.T) {
	l := newLetters(t)
	refused := func(actor chatops.Actor, line string) *chatops.Problem {
		t.Helper()
		answer := l.Handle(t.Context(), bot.Request{Actor: actor, Line: line, Key: "key"})
		if answer.Problem == nil || len(l.recorded(t)) > 0 {
			t.Fatalf("%s: %+v", line, answer.Card)
		}
		return answer.Problem
	}
	octocat := chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42"}
	for _, line := range []string{"/subscribe", "/unsubscribe", "/subscriptions"} {
		for _, actor := range []chatops.Actor{
			{Source: chatops.SourceGitHub, ID: "octocat"}, {Source: chatops.SourceTerminal, ID: "octocat@acme.dev"},
			{Source: chatops.SourceSlack, ID: "../../x"}, {Source: chatops.SourceGitHub, ID: "T01/U42"},
		} {
			if p := refused(actor, line); p.Code != chatops.CodeNotHere || p.Title != "Direct messages are sent in Slack, so that is where to ask for them." {
				t.Errorf("%s by %v: %v", line, actor, p)
			}
		}
	}
	if p := refused(octocat, "/subscribe rde"); p.Title != `No service and no environment "rde". Did you mean red?` {
		t.Error(p.Title)
	}
	if p := refused(octocat, "/subscribe red dev"); p.Code != chatops.CodeUnknownEnvironment {
		t.Error(p)
	}
	l.fails["shop"] = errDown
	if p := refused(octocat, "/subscribe red"); p.Code != chatops.CodeUnavailable || strings.Contains(p.Title, "10.0.0.1") {
		t.Error(p)
	}
	l.people.err = &chatops.Problem{Code: chatops.CodeUnknownPerson, Title: "I don't know you."}
	if p := refused(octocat, "/subscribe rde"); p.Code != chatops.CodeUnknownPerson {
		t.Errorf("a stranger learns: %v", p)
	}
}

func TestEveryOutcomeCanBeSubscribedTo(t *testing.T) {
	l := newLetters(t)
	l.says(t, "/subscribe red --on "+strings.Join(chatops.Outcomes(), ","))
	if diff := cmp.Diff(v1alpha1.Outcomes(), l.recorded(t)["shop/slack-t01-u42"].Personal.On); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
