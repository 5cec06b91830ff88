package announce

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// subscription is that of #deploys.
func (w *world) subscription(t *testing.T) *v1alpha1.Subscription {
	t.Helper()
	s := configured(namespace, route.Destination{Sink: route.SinkSlack, Target: deploys})
	if err := w.server.Get(t.Context(), client.ObjectKeyFromObject(s), s); err != nil {
		t.Fatal(err)
	}
	return s
}

// wasSummedUp has a time summed up that is over now.
func (w *world) wasSummedUp(t *testing.T, own *book, kind v1alpha1.SummaryKind) {
	t.Helper()
	now := metav1.NewTime(w.clock)
	report := &v1alpha1.Report{Sink: route.SinkSlack, Target: deploys, Part: v1alpha1.PartCard, Error: "It was deleted.", At: now}
	if _, err := own.open(t.Context(), v1alpha1.Summary{Key: keyOf(kind, w.clock), Kind: kind, From: now, Until: &now, Report: report}); err != nil {
		t.Fatal(err)
	}
}

func TestADigestIsSaidOnceHoweverMuchIsSummedUp(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Burst: 1, Digest: &route.Digest{At: 13 * 60, Weekly: true, On: time.Wednesday}}
	a := w.announcer()
	w.record(t, "zero", nil)
	w.happens(t, "zero", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	w.clock = noon.Add(2 * time.Minute)
	w.settle(t, a)
	w.clock = noon.Add(62 * time.Minute)
	w.settle(t, a)
	count := func() (n int) {
		for _, s := range w.said.in(deploys) {
			if strings.Contains(s.marker, "Digest") {
				n++
			}
		}
		return n
	}
	// So much is summed up since that nothing is left of it on the Subscription.
	own := a.books.of(w.subscription(t))
	for range 2 * mostSummaries {
		w.clock = w.clock.Add(time.Minute)
		w.wasSummedUp(t, own, v1alpha1.SummaryBurst)
	}
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(2 * time.Minute)
	w.settle(t, a)
	if n := count(); n != 1 {
		t.Errorf("the digest was said %d times", n)
	}
}

func TestNightsAreSummedUpBesideManyThreads(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Thread: true, Quiet: &route.Quiet{From: 20 * 60, To: 8 * 60}}
	a := w.announcer()
	own := a.books.of(w.subscription(t))
	for range 2 * mostSummaries {
		w.clock = w.clock.Add(24 * time.Hour)
		w.wasSummedUp(t, own, v1alpha1.SummaryThread)
	}
	w.clock = w.clock.Add(10 * time.Hour) // 22:00
	w.record(t, "night", nil)
	w.happens(t, "night", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, a)
	w.clock = w.clock.Add(11 * time.Hour)
	n := len(w.said.in(deploys))
	w.settle(t, a)
	if len(w.said.in(deploys)) == n {
		t.Errorf("what happened at night was never told")
	}
}

func TestAPersonInARuleWhoAlsoSubscribedIsToldOnce(t *testing.T) {
	tb := table(route.Rule{Environments: []string{"production"}, To: []route.Destination{{Sink: route.SinkSlack, Target: "U42"}}})
	w := newWorld(t, tb)
	s := &v1alpha1.Subscription{Spec: v1alpha1.SubscriptionSpec{Sink: route.SinkSlack, Target: "U42", Personal: &v1alpha1.PersonalSubscription{Environments: []string{"production"}}}}
	s.Namespace, s.Name = namespace, "person"
	w.create(t, s)
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	for range 20 {
		w.clock = w.clock.Add(2 * time.Second)
		if _, err := w.pass(t, a); err != nil {
			t.Fatal(err)
		}
	}
	said := w.said.in("U42")
	if len(said) != 2 {
		t.Fatalf("it said %+v", said)
	}
	for _, s := range said {
		if s.edits > 0 || s.mention != "" {
			t.Errorf("%s: %d edits, mention %q", s.title, s.edits, s.mention)
		}
	}
}

func TestWhatTheAnswerToldIsNotToldWhenTheShipmentIsGone(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Owners = nil // who asked has been called by the answer
	sh := &v1alpha1.Shipment{}
	sh.Namespace, sh.Name = namespace, "ship"
	sh.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Channel: "C7"}
	w.create(t, sh)
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = "ship" })
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, w.announcer())
	if n := len(w.said.in(deploys)); n != 0 {
		t.Fatal("said", n)
	}
	w.clock = w.clock.Add(91 * 24 * time.Hour)
	if err := w.server.Delete(t.Context(), sh); err != nil {
		t.Fatal(err)
	}
	w.settle(t, w.announcer())
	for _, s := range w.said.in(deploys) {
		t.Errorf("91 days later: %s %s mention %q", s.title, s.marker, s.mention)
	}
}

type flaky struct {
	*world
	fail bool
}

func (f *flaky) Resolve(ctx context.Context, name string) (string, error) {
	if f.fail {
		return "", errors.New("ratelimited")
	}
	return f.world.Resolve(ctx, name)
}

func TestWhatTheAnswerTellsIsNotToldWhileTheChannelIsUnknown(t *testing.T) {
	w := newWorld(t, table(rule()))
	sh := &v1alpha1.Shipment{}
	sh.Namespace, sh.Name = namespace, "ship"
	sh.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Channel: "C7"}
	w.create(t, sh)
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = "ship" })
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	a := w.announcer()
	f := &flaky{world: w, fail: true}
	a.Slack = f
	w.said.fault = func(op string, done bool) error {
		if op == "post" && f.fail {
			return &notify.Deferred{After: time.Second, Err: errors.New("ratelimited")}
		}
		return nil
	}
	_, _ = w.pass(t, a)
	f.fail = false
	w.clock = w.clock.Add(2 * time.Second)
	w.settle(t, a)
	for _, s := range w.said.in(deploys) {
		t.Errorf("told besides the answer: %s %s", s.title, s.marker)
	}
}

func TestAReplyThatHadToWaitIsInTheThreadOfTheDay(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Thread: true}
	a := w.announcer()
	deferred := 0
	w.said.fault = func(op string, done bool) error {
		if op == "post" && !done && strings.HasSuffix(w.said.calls[len(w.said.calls)-1], ":Failed") && deferred == 0 {
			deferred++
			return &notify.Deferred{After: time.Second, Err: errors.New("pace")}
		}
		return nil
	}
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, a)
	all := w.said.in(deploys)
	if last := all[len(all)-1]; last.replyTo != all[0].id {
		t.Errorf("the alert is below %s, not the head %s", last.replyTo, all[0].id)
	}
}

func TestWaitingForTheThreadOfTheDayCostsNothing(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Thread: true}
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	// Slack asks to wait for 5 seconds.
	until := w.clock.Add(5 * time.Second)
	w.said.fault = func(op string, done bool) error {
		if w.clock.Before(until) {
			return &notify.Deferred{After: until.Sub(w.clock), Err: errors.New("429")}
		}
		return nil
	}
	for range 30 {
		_, _ = w.pass(t, a)
		w.clock = w.clock.Add(500 * time.Millisecond)
	}
	for _, s := range w.said.in(deploys) {
		if strings.Contains(s.marker, "Burst") {
			t.Errorf("one promotion is a burst")
		}
	}
}

func TestALeaderOfAMomentAgoTellsNothing(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	old, next := w.announcer(), w.announcer()
	// The old one is paused right before it writes what it is about to send.
	var once sync.Once
	w.faults.SubResourcePatch = func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
		if _, ok := o.(*v1alpha1.PromotionRecord); ok {
			once.Do(func() { w.faults.SubResourcePatch = nil; w.settle(t, next) })
		}
		return c.SubResource(name).Patch(ctx, o, patch, opts...)
	}
	w.settle(t, old)
	w.settle(t, next)
	if n := len(w.said.in(deploys)); n != 1 {
		t.Errorf("told %d times", n)
	}
}

// What has happened since the answer was complete is told below it, and the owner of what failed.
func TestWhatComesAfterTheAnswerIsToldBelowIt(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	finished := metav1.NewTime(w.clock)
	ship := &v1alpha1.Shipment{}
	ship.Namespace, ship.Name = namespace, "ship"
	ship.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Channel: w.channel}
	ship.Status.FinishedAt = &finished
	ship.Status.Reports = []v1alpha1.Report{{Sink: route.SinkSlack, Target: w.channel, Part: v1alpha1.PartCard, ID: "C7:1763.1", At: finished}}
	w.create(t, ship)
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = "ship" })
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("it said %+v", said)
	}
	w.clock = w.clock.Add(20 * time.Minute)
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if one := w.wantOne(t, deploys); one.replyTo != "C7:1763.1" || one.mention != "S7" {
		t.Errorf("it said %+v", one)
	}
}

// An answer that is in a thread has none of its own: what comes after it is told beside it.
func TestWhatComesAfterAnAnswerInAThreadIsToldThere(t *testing.T) {
	w := newWorld(t, table(rule()))
	finished := metav1.NewTime(w.clock)
	ship := &v1alpha1.Shipment{}
	ship.Namespace, ship.Name = namespace, "ship"
	ship.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Channel: w.channel, Thread: "1763.1"}
	ship.Status.FinishedAt = &finished
	ship.Status.Reports = []v1alpha1.Report{{Sink: route.SinkSlack, Target: w.channel, Part: v1alpha1.PartCard, ID: "C7:1763.2", At: finished}}
	w.create(t, ship)
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = "ship" })
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.clock = w.clock.Add(20 * time.Minute)
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	if one := w.wantOne(t, deploys); one.replyTo != "C7:1763.1" || one.mention != "S7" {
		t.Errorf("it said %+v", one)
	}
}

// Who is told more from now on is not told what they would have been told before.
func TestMoreRulesTellNoHistory(t *testing.T) {
	w := newWorld(t, table(rule(v1alpha1.OutcomeFailed)))
	e := ensurer{w.announcer()}
	if err := e.ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.clock = w.clock.Add(time.Hour)
	w.table.Rules = []route.Rule{rule()}
	a := w.announcer()
	if err := (ensurer{a}).ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("it said %+v", said)
	}
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 2 {
		t.Errorf("it said %+v", said)
	}
}

func TestOneChannelUnderTwoNamesIsOne(t *testing.T) {
	w := newWorld(t, table(rule(), route.Rule{To: []route.Destination{{Sink: route.SinkSlack, Target: "C7"}}}))
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	if n := len(w.said.in(deploys)) + len(w.said.in("C7")); n != 1 {
		t.Errorf("it said so %d times", n)
	}
}

// Where nothing can be said for now, nothing piles up but one summary.
func TestAChannelWithoutTheBotIsNoQueue(t *testing.T) {
	nowhere := route.Destination{Sink: route.SinkSlack, Target: "#nowhere"}
	w := newWorld(t, table(route.Rule{Environments: []string{"production"}, To: []route.Destination{nowhere}}))
	a := w.announcer()
	missing := true
	w.said.fault = func(string, bool) error {
		if missing {
			return &notify.Deferred{After: time.Minute, Err: errors.New("not_in_channel")}
		}
		return nil
	}
	for i := range 10 {
		name := fmt.Sprint("p", i)
		w.record(t, name, nil)
		w.happens(t, name, v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
		if _, err := w.pass(t, a); err != nil {
			t.Fatal(err)
		}
		w.clock = w.clock.Add(26 * time.Hour)
	}
	missing = false
	w.settle(t, a)
	if one := w.wantOne(t, "#nowhere"); one.mention != "" || !strings.Contains(one.title, "10") {
		t.Errorf("it said %+v", one)
	}
}

func TestSubscriptionsAreMadeWhereTheyCanBe(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	a.Namespaces = []string{"gone", namespace, "other"}
	a.client = interceptor.NewClient(w.server, interceptor.Funcs{
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if o.GetNamespace() == "gone" {
				return errBroken
			}
			return c.Create(ctx, o, opts...)
		},
	})
	if err := (ensurer{a}).ensure(t.Context()); !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
	var list v1alpha1.SubscriptionList
	if err := w.server.List(t.Context(), &list, client.InNamespace("other")); err != nil || len(list.Items) == 0 {
		t.Errorf("%d subscriptions, %v", len(list.Items), err)
	}
}

func TestWhatIsToldAtAnyHourIsToldOfWhatWasFolded(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Quiet: &route.Quiet{From: 20 * 60, To: 8 * 60, Except: []v1alpha1.Outcome{v1alpha1.OutcomeDegraded}}}
	a := w.announcer()
	w.clock = noon.Add(10 * time.Hour) // 22:00
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	w.clock = noon.Add(15 * time.Hour) // 03:00
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if n := len(w.said.in(deploys)); n == 0 {
		t.Error("production is degraded at 03:00, which is told all the same, and nothing is said")
	}
}
