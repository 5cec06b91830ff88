package announce

import (
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

func TestAPromotionIsToldOnceAndKeptUpToDate(t *testing.T) {
	w := newWorld(t, table(rule(v1alpha1.OutcomeStarted, v1alpha1.OutcomeSucceeded)))
	a := w.announcer()
	w.record(t, "one", nil)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("nothing has happened, and it said %+v", said)
	}
	w.happens(t, "one", v1alpha1.OutcomeStarted, v1alpha1.PhasePromoting)
	w.settle(t, a)
	before := w.wantOne(t, deploys)
	w.clock = w.clock.Add(time.Minute)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	// A new process says nothing again.
	w.settle(t, w.announcer())
	after := w.wantOne(t, deploys)
	if after.title == before.title || after.edits != 1 || !strings.Contains(after.title, "red 3.2.0") {
		t.Errorf("it said %q, and then %q after %d edits", before.title, after.title, after.edits)
	}
}

func TestWhatIsNotInTheRulesIsNotTold(t *testing.T) {
	for name, change := range map[string]func(*v1alpha1.PromotionRecord){
		"environment": func(p *v1alpha1.PromotionRecord) { p.Spec.Environment = "staging" },
		"build":       func(p *v1alpha1.PromotionRecord) { p.Spec.Version = "sha-4f2c1aa" },
	} {
		w := newWorld(t, table(rule()))
		w.record(t, "one", change)
		w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
		w.settle(t, w.announcer())
		if said := w.said.in(deploys); len(said) != 0 {
			t.Errorf("%s: it said %+v", name, said)
		}
	}
}

func TestABuildIsToldOfWhenItFails(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Version = "sha-4f2c1aa" })
	w.happens(t, "one", v1alpha1.OutcomeStarted, v1alpha1.PhasePromoting)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 2 || !strings.Contains(said[0].title, "failed") {
		t.Errorf("it said %+v", said)
	}
}

func TestHistoryIsAdoptedSilently(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.clock = noon.Add(-2 * time.Hour)
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.clock = noon
	a := w.announcer()
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("it said %+v", said)
	}
	// What happens to it from now on is told.
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 2 {
		t.Errorf("it said %+v", said)
	}
}

func TestAFailureCallsTheOwnerInAThread(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, a)
	w.settle(t, w.announcer())
	said := w.said.in(deploys)
	if len(said) != 2 {
		t.Fatalf("it said %+v", said)
	}
	if card, alert := said[0], said[1]; alert.replyTo != card.id || alert.mention != "S7" || card.mention != "" {
		t.Errorf("card %+v, alert %+v", card, alert)
	}
}

func TestWithoutAnOwnerWhoAskedForItIsCalled(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Owners = nil
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 2 || said[1].mention != "U42" {
		t.Errorf("it said %+v", said)
	}
}

func TestItDegradesAndRecoversTwice(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	for range 2 {
		for _, outcome := range []v1alpha1.Outcome{v1alpha1.OutcomeDegraded, v1alpha1.OutcomeRecovered} {
			w.clock = w.clock.Add(time.Minute)
			w.happens(t, "one", outcome, v1alpha1.PhaseSucceeded)
			w.settle(t, a)
		}
	}
	said := w.said.in(deploys)
	if len(said) != 5 {
		t.Fatalf("it said %+v", said)
	}
	for i, mention := range []string{"", "S7", "", "S7", ""} {
		if said[i].mention != mention || i > 0 && said[i].replyTo != said[0].id {
			t.Errorf("message %d: %+v", i, said[i])
		}
	}
}

func TestAPromotionIsNotToldWhereItWasAskedFor(t *testing.T) {
	for channel, want := range map[string]int{"C7": 0, "C8": 1} {
		w := newWorld(t, table(rule()))
		s := &v1alpha1.Shipment{}
		s.Namespace, s.Name = namespace, "promote-red"
		s.Spec.Origin.Slack = &v1alpha1.SlackOrigin{Team: "T01", Channel: channel, User: "U42"}
		w.create(t, s)
		w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Shipment = s.Name })
		w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
		w.settle(t, w.announcer())
		if said := w.said.in(deploys); len(said) != want {
			t.Errorf("asked for in %s, it said %+v", channel, said)
		}
	}
}

func TestTheMessageOfAReleaseTellsOfItsPromotions(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	w.release(t, nil)
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, a)
	said := w.said.in(deploys)
	if len(said) != 2 {
		t.Fatalf("it said %+v", said)
	}
	if !strings.HasPrefix(said[0].marker, "kargo-bot:release:") || said[1].replyTo != said[0].id || said[1].mention != "S7" {
		t.Errorf("it said %+v", said)
	}
	// A rollback has a message of its own.
	w.record(t, "two", func(p *v1alpha1.PromotionRecord) { p.Spec.Rollback = true })
	w.happens(t, "two", v1alpha1.OutcomeRolledBack, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 3 || said[2].replyTo != "" {
		t.Errorf("it said %+v", said)
	}
}

func TestAPromotionWaitsForItsReleaseToBeAnnounced(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	freight := &kargoapi.Freight{}
	freight.Namespace, freight.Name, freight.CreationTimestamp = namespace, "e72fb09c", metav1.NewTime(w.clock)
	w.create(t, freight)
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	if again, err := w.pass(t, a); err != nil || again == 0 {
		t.Fatalf("again in %s, %v", again, err)
	}
	w.release(t, nil)
	w.settle(t, a)
	if one := w.wantOne(t, deploys); !strings.HasPrefix(one.marker, "kargo-bot:release:") {
		t.Errorf("it said %+v", one)
	}
}

func TestASupersededReleaseTellsOfNoPromotion(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.release(t, func(r *v1alpha1.Release) { r.Status.SupersededBy = "3.3.0" })
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 2 {
		t.Errorf("it said %+v", said)
	}
}

func TestASilentReleaseIsNotTold(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.release(t, func(r *v1alpha1.Release) { r.Spec.Silent = true })
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, w.announcer())
	if said := w.said.in(deploys); len(said) != 0 {
		t.Errorf("it said %+v", said)
	}
}

func TestManyAtOnceAreSummedUp(t *testing.T) {
	const promotions = 40
	w := newWorld(t, table(rule()))
	a := w.announcer()
	for i := range promotions {
		name := fmt.Sprintf("p%02d", i)
		w.record(t, name, func(p *v1alpha1.PromotionRecord) { p.Spec.Service = fmt.Sprint("s", i) })
		w.happens(t, name, v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	}
	w.settle(t, a)
	own, summaries := w.kinds(deploys)
	if own != route.DefaultBurst || len(summaries) != 1 {
		t.Fatalf("%d messages and %d summaries", own, len(summaries))
	}
	if want := fmt.Sprint(promotions - route.DefaultBurst); !strings.Contains(summaries[0].title, want) {
		t.Errorf("the summary says %q", summaries[0].title)
	}
	// Long after that, one has a message of its own again, and what goes wrong with one that was summed up, too.
	w.clock = w.clock.Add(time.Hour)
	w.settle(t, a)
	w.happens(t, "p30", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if own, summaries = w.kinds(deploys); own != route.DefaultBurst+2 || len(summaries) != 1 {
		t.Errorf("%d messages and %d summaries: %+v", own, len(summaries), w.said.in(deploys))
	}
}

// kinds counts the messages of a place, and returns the summaries among them.
func (w *world) kinds(target string) (own int, summaries []shown) {
	for _, s := range w.said.in(target) {
		if strings.HasPrefix(s.marker, "kargo-bot:summary:") {
			summaries = append(summaries, s)
		} else {
			own++
		}
	}
	return own, summaries
}

func TestQuietHoursAreSummedUpAfterwards(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Quiet: &route.Quiet{
		From: 11 * 60, To: 14 * 60, Except: []v1alpha1.Outcome{v1alpha1.OutcomeFailed},
	}}
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.record(t, "two", func(p *v1alpha1.PromotionRecord) { p.Spec.Service = "blue" })
	w.happens(t, "two", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("it is quiet, and it said %+v", said)
	}
	// What fails is told all the same.
	w.record(t, "three", nil)
	w.happens(t, "three", v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	w.settle(t, a)
	if own, summaries := w.kinds(deploys); own != 2 || len(summaries) != 0 {
		t.Fatalf("it said %+v", w.said.in(deploys))
	}
	w.clock = noon.Add(2*time.Hour + time.Second)
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(time.Hour)
	w.settle(t, w.announcer())
	if own, summaries := w.kinds(deploys); own != 2 || len(summaries) != 1 {
		t.Errorf("it said %+v", w.said.in(deploys))
	}
}

// What goes wrong at the beginning of a long weekend calls its owner at its end.
func TestWhoIsToBeCalledIsCalledAfterQuietHours(t *testing.T) {
	w := newWorld(t, table(rule()))
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	w.table.Channels[deploys] = route.Channel{Quiet: &route.Quiet{
		From: 13 * 60, To: 13 * 60, Days: []time.Weekday{time.Wednesday, time.Thursday},
	}}
	w.clock = noon.Add(2 * time.Hour)
	w.happens(t, "one", v1alpha1.OutcomeDegraded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	w.wantOne(t, deploys)
	w.clock = noon.Add(49*time.Hour + time.Minute)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 2 || said[1].mention != "S7" {
		t.Errorf("it said %+v", said)
	}
}

func TestADigestComesOnceADay(t *testing.T) {
	w := newWorld(t, table(rule(v1alpha1.OutcomeFailed)))
	w.table.Channels[deploys] = route.Channel{Digest: &route.Digest{At: 17 * 60}}
	a := w.announcer()
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Fatalf("it said %+v", said)
	}
	for _, at := range []time.Duration{5*time.Hour + time.Second, 6 * time.Hour, 20 * time.Hour} {
		w.clock = noon.Add(at)
		w.settle(t, a)
		a = w.announcer()
		w.clock = w.clock.Add(2 * time.Minute)
		w.settle(t, a)
	}
	one := w.wantOne(t, deploys)
	if !strings.Contains(one.title, "25 Nov") {
		t.Errorf("it said %q", one.title)
	}
	// On the next day nothing has shipped.
	w.clock = noon.Add(30 * time.Hour)
	w.settle(t, a)
	w.wantOne(t, deploys)
}

func TestAllOfADayInOneThread(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.table.Channels[deploys] = route.Channel{Thread: true}
	a := w.announcer()
	for _, name := range []string{"one", "two"} {
		w.record(t, name, nil)
		w.happens(t, name, v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	}
	w.settle(t, a)
	said := w.said.in(deploys)
	if len(said) != 5 || !strings.HasPrefix(said[0].marker, "kargo-bot:summary:") {
		t.Fatalf("it said %+v", said)
	}
	for _, s := range said[1:] {
		if s.replyTo != said[0].id {
			t.Errorf("not in the thread: %+v", s)
		}
	}
}

func TestAPersonIsToldWhatTheySubscribedTo(t *testing.T) {
	w := newWorld(t, table())
	s := &v1alpha1.Subscription{Spec: v1alpha1.SubscriptionSpec{
		Sink: route.SinkSlack, Target: "U42", Personal: &v1alpha1.PersonalSubscription{Mine: true},
	}}
	s.Namespace, s.Name = namespace, "slack-t01-u42"
	w.create(t, s)
	w.record(t, "one", nil)
	w.record(t, "two", func(p *v1alpha1.PromotionRecord) { p.Spec.RequestedBy.ID = "T01/U43" })
	for _, name := range []string{"one", "two"} {
		w.happens(t, name, v1alpha1.OutcomeFailed, v1alpha1.PhaseFailed)
	}
	w.settle(t, w.announcer())
	said := w.said.in("U42")
	if len(said) != 2 || said[1].replyTo != said[0].id || said[1].mention != "" {
		t.Errorf("it said %+v", said)
	}
}

// Nothing happens to a release while it waits. That it is promoted at last is told all the same.
func TestAReleaseThatWaitedForDaysIsToldOf(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.release(t, func(r *v1alpha1.Release) { r.Status.Phase = v1alpha1.ReleaseWaiting })
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(72 * time.Hour)
	var r v1alpha1.Release
	if err := w.server.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: "red-3.2.0"}, &r); err != nil {
		t.Fatal(err)
	}
	since := metav1.NewTime(w.clock)
	r.Status.Phase = v1alpha1.ReleaseLive
	r.Status.Stages = []v1alpha1.ReleaseStage{{Environment: "production", Stage: "red-production", Phase: v1alpha1.ReleaseStageLive, Since: &since}}
	if err := w.server.Status().Update(t.Context(), &r); err != nil {
		t.Fatal(err)
	}
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	if one := w.wantOne(t, deploys); one.edits == 0 || !strings.Contains(one.title, "live") {
		t.Errorf("it said %q after %d edits", one.title, one.edits)
	}
}

// Should a new version of the bot word it differently, what is long over is not rewritten.
func TestThePastIsNotRewritten(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.record(t, "one", nil)
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	w.settle(t, w.announcer())
	w.clock = w.clock.Add(72 * time.Hour)
	w.change(t, "one", func(p *v1alpha1.PromotionRecord) { p.Status.Message = "other words" })
	w.settle(t, w.announcer())
	if one := w.wantOne(t, deploys); one.edits != 0 {
		t.Errorf("%d edits", one.edits)
	}
}

func TestPrereleasesAreQuietIfTheyAreToBe(t *testing.T) {
	w := newWorld(t, table(rule()))
	w.record(t, "one", func(p *v1alpha1.PromotionRecord) { p.Spec.Version = "3.3.0-rc.1" })
	w.happens(t, "one", v1alpha1.OutcomeSucceeded, v1alpha1.PhaseSucceeded)
	a := w.announcer()
	a.QuietPrereleases = true
	w.settle(t, a)
	if said := w.said.in(deploys); len(said) != 0 {
		t.Errorf("it said %+v", said)
	}
	w.settle(t, w.announcer())
	w.wantOne(t, deploys)
}
