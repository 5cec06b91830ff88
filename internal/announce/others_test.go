package announce

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

func TestAWebhookGetsEachHappeningOnce(t *testing.T) {
	w := newWorld(t, table(route.Rule{On: v1alpha1.Outcomes(), To: []route.Destination{{Sink: route.SinkWebhook, Target: "audit"}}}))
	a := w.announcer()
	w.release(t, nil)
	w.record(t, "one", nil)
	for _, outcome := range []v1alpha1.Outcome{
		v1alpha1.OutcomeStarted, v1alpha1.OutcomeSucceeded, v1alpha1.OutcomeDegraded, v1alpha1.OutcomeRecovered, v1alpha1.OutcomeDegraded,
	} {
		w.happens(t, "one", outcome, v1alpha1.PhaseSucceeded)
		w.settle(t, a)
	}
	w.settle(t, w.announcer())
	ids := map[string]bool{}
	var outcomes []string
	for _, s := range w.said.in("audit") {
		e := s.card.Target.Webhook.Event
		if ids[e.ID] {
			t.Errorf("%s twice", e.ID)
		}
		ids[e.ID] = true
		outcomes = append(outcomes, string(e.Outcome))
		if e.Service != "red" || e.Version != "3.2.0" || e.Project != namespace || s.edits > 0 {
			t.Errorf("event %+v after %d edits", e, s.edits)
		}
	}
	if got := strings.Join(outcomes, " "); got != "Released Started Succeeded Degraded Recovered Degraded" {
		t.Errorf("it got %s", got)
	}
}

func TestADeploymentSaysHowAPromotionStands(t *testing.T) {
	w := newWorld(t, table())
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeStarted, v1alpha1.PhasePromoting)
	w.settle(t, a)
	const place = "acme/microsvcs red-production"
	if said := w.said.in(place); len(said) != 0 {
		t.Fatalf("the commit is not known, and it said %+v", said)
	}
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.Repo, p.Status.Commit = "acme/microsvcs", "8d2f6b2" })
	w.settle(t, a)
	running := w.wantOne(t, place)
	if running.card.Card.State != chatops.StateRunning || !running.card.Target.Deployment.Production {
		t.Errorf("it said %+v", running.card)
	}
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.CurrentStep = 3 })
	w.settle(t, a)
	if one := w.wantOne(t, place); one.edits != 0 {
		t.Errorf("%d statuses for a step", one.edits)
	}
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if one := w.wantOne(t, place); one.card.Card.State != chatops.StateSucceeded || one.card.Card.Links[0].URL == "" {
		t.Errorf("it said %+v", one.card)
	}
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.Replaced = true })
	w.settle(t, a)
	if one := w.wantOne(t, place); !one.card.Target.Deployment.Replaced || one.edits != 2 {
		t.Errorf("it said %+v after %d edits", one.card, one.edits)
	}
}

func (w *world) change(t *testing.T, name string, change func(*v1alpha1.PromotionRecord)) {
	t.Helper()
	var p v1alpha1.PromotionRecord
	if err := w.server.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, &p); err != nil {
		t.Fatal(err)
	}
	change(&p)
	if err := w.server.Status().Update(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
}

func TestSubscriptionsFollowTheConfiguration(t *testing.T) {
	w := newWorld(t, table(rule()))
	stale := configured(namespace, route.Destination{Sink: route.SinkSlack, Target: "#gone"})
	personal := &v1alpha1.Subscription{Spec: v1alpha1.SubscriptionSpec{Sink: route.SinkSlack, Target: "U42"}}
	personal.Namespace, personal.Name = namespace, "slack-t01-u42"
	w.create(t, stale)
	w.create(t, personal)
	for range 2 {
		if err := (ensurer{w.announcer()}).ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	var list v1alpha1.SubscriptionList
	w.list(t, &list)
	var got []string
	for _, s := range list.Items {
		got = append(got, s.Spec.Sink+s.Spec.Target)
	}
	if want := "deployment slack#deploys slackU42"; strings.Join(got, " ") != want {
		t.Errorf("there are %v", got)
	}
}

func TestSomebodyWhoSubscribesLaterIsNotToldOfBefore(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(time.Minute)
	later := route.Destination{Sink: route.SinkSlack, Target: "#later"}
	w.table.Rules = append(w.table.Rules, route.Rule{To: []route.Destination{later}})
	s := configured(namespace, later)
	s.SetCreationTimestamp(metav1.NewTime(w.clock))
	w.create(t, s)
	w.settle(t, w.announcer())
	if said := w.said.in("#later"); len(said) != 0 {
		t.Errorf("it said %+v", said)
	}
}

func TestASubscriptionSaysWhatIsWrongWithItsChannel(t *testing.T) {
	nowhere := route.Destination{Sink: route.SinkSlack, Target: "#nowhere"}
	w := newWorld(t, table(route.Rule{To: []route.Destination{nowhere}}))
	w.settle(t, w.announcer())
	var s v1alpha1.Subscription
	if err := w.server.Get(t.Context(), client.ObjectKeyFromObject(configured(namespace, nowhere)), &s); err != nil {
		t.Fatal(err)
	}
	if s.Status.Message != "kargo-bot is not in #nowhere." {
		t.Errorf("it says %q", s.Status.Message)
	}
}

func TestSinceWhenTheBotLooksAfterAProject(t *testing.T) {
	w := newWorld(t, table())
	if _, ok := Since(t.Context(), w.server, namespace); ok {
		t.Error("it does not look after it yet")
	}
	w.create(t, configured(namespace, route.Destination{Sink: route.SinkNone}))
	if at, ok := Since(t.Context(), w.server, namespace); !ok || !at.Equal(noon.Add(-time.Hour)) {
		t.Errorf("since %s, %v", at, ok)
	}
}

func TestWhoWantsToBeTold(t *testing.T) {
	w := newWorld(t, table(rule(v1alpha1.OutcomeFailed)))
	a := w.announcer()
	event := func(outcome v1alpha1.Outcome, release bool, at time.Time) route.Event {
		return route.Event{Project: namespace, Service: "red", Environment: "production", Outcome: outcome, Release: release, At: at}
	}
	for name, test := range map[string]struct {
		event route.Event
		want  bool
	}{
		"failed":          {event(v1alpha1.OutcomeFailed, false, noon), true},
		"a deployment":    {event(v1alpha1.OutcomeStarted, true, noon), true},
		"of a build":      {event(v1alpha1.OutcomeStarted, false, noon), false},
		"before it began": {event(v1alpha1.OutcomeFailed, true, noon.Add(-2*time.Hour)), false},
	} {
		if got := a.Wants(t.Context(), namespace, test.event); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestADeploymentIsReplacedHoweverLate(t *testing.T) {
	w := newWorld(t, table())
	w.record(t, "one", nil)
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.Repo, p.Status.Commit = "acme/microsvcs", "8d2f6b2" })
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(72 * time.Hour)
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.Replaced = true })
	w.settle(t, w.announcer())
	if one := w.wantOne(t, "acme/microsvcs red-production"); !one.card.Target.Deployment.Replaced || one.edits != 1 {
		t.Errorf("it said %+v after %d edits", one.card, one.edits)
	}
}
