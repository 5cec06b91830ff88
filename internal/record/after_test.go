package record

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/route"
)

// live has a Promotion that went well, of which there is a record, and the Stage has noted it.
func live(t *testing.T, w *world) (*Controller, *kargoapi.Promotion) {
	t.Helper()
	c, p := w.controller(t), w.promote(t, 1, next)
	w.becomes(t, p, went, "")
	w.look(t, c, p.Name)
	w.noted(t, p)
	w.look(t, c, p.Name)
	return c, p
}

// passes lets time pass.
func (w *world) passes(d time.Duration) { w.clock = w.clock.Add(d) }

func TestAVerificationThatFails(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	c, p := live(t, w)
	w.want(t, p.Name, v1alpha1.PhaseVerifying, "Started, Succeeded")
	w.verification(t, kargoapi.VerificationPhaseRunning, "")
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhaseVerifying, "Started, Succeeded")
	w.passes(time.Minute)
	w.verification(t, kargoapi.VerificationPhaseFailed, "smoke tests failed")
	const lost = "It was promoted, but its verification ended: Failed. Kargo says: smoke tests failed"
	for range 2 {
		w.look(t, c, p.Name)
		r := w.want(t, p.Name, v1alpha1.PhaseFailed, "Started, Succeeded, VerificationFailed ("+lost+")")
		if r.Status.Message != lost || !r.Status.VerifiedAt.Equal(at(60)) || !r.Status.Happenings[2].At.Equal(at(60)) {
			t.Errorf("%q at %s", r.Status.Message, r.Status.VerifiedAt)
		}
	}
	// It is verified again, and passes: what was told stays true.
	w.verification(t, kargoapi.VerificationPhaseRunning, "")
	w.look(t, c, p.Name)
	w.verification(t, verified, "")
	w.look(t, c, p.Name)
	r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, VerificationFailed ("+lost+")")
	if r.Status.Message != "" {
		t.Errorf("message %q", r.Status.Message)
	}
}

func TestAVerificationThatSucceeds(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	c, p := live(t, w)
	w.passes(time.Minute)
	w.verification(t, verified, "")
	w.look(t, c, p.Name)
	if r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded"); !r.Status.VerifiedAt.Equal(at(60)) {
		t.Errorf("verified at %s", r.Status.VerifiedAt)
	}
}

// What the Stage says is of what ran before, until it has taken note.
func TestTheVerificationOfWhatRanBeforeIsNoneOfIts(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	w.verification(t, kargoapi.VerificationPhaseFailed, "an old story")
	w.health(t, unwell)
	c, p := w.controller(t), w.promote(t, 1, before)
	w.becomes(t, p, went, "")
	for range 3 {
		w.look(t, c, p.Name)
		w.passes(time.Minute)
	}
	r := w.want(t, p.Name, v1alpha1.PhaseVerifying, "Started, Succeeded")
	if r.Status.Health != "" || r.Status.UnhealthySince != nil {
		t.Errorf("health %q since %s", r.Status.Health, r.Status.UnhealthySince)
	}
}

func TestAVerificationThatDoesNotBeginIsNotWaitedForForEver(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	c, p := live(t, w)
	w.passes(unverifiedFor - time.Second)
	if result := w.look(t, c, p.Name); result.RequeueAfter != time.Second {
		t.Errorf("again in %s", result.RequeueAfter)
	}
	w.want(t, p.Name, v1alpha1.PhaseVerifying, "Started, Succeeded")
	w.passes(time.Second)
	w.look(t, c, p.Name)
	r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
	if r.Status.Message != "Kargo has not verified it within 60 minutes." {
		t.Errorf("message %q", r.Status.Message)
	}
}

func TestAStageThatBecomesUnhealthyAndRecovers(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	w.health(t, well)
	w.look(t, c, p.Name)
	w.health(t, unwell, "Deployment red is crashing\nand more", "another")
	if result := w.look(t, c, p.Name); result.RequeueAfter != DegradedAfter {
		t.Errorf("again in %s", result.RequeueAfter)
	}
	r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
	if r.Status.Health != "Unhealthy" || !r.Status.UnhealthySince.Equal(at(0)) {
		t.Errorf("health %q since %s", r.Status.Health, r.Status.UnhealthySince)
	}
	w.passes(DegradedAfter)
	for range 2 {
		w.look(t, c, p.Name)
		w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, Degraded (Deployment red is crashing)")
	}
	w.health(t, kargoapi.HealthStateProgressing)
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, Degraded (Deployment red is crashing)")
	w.health(t, well)
	for range 2 {
		w.look(t, c, p.Name)
		w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, Degraded (Deployment red is crashing), Recovered")
	}
	if r := w.record(t, p.Name); r.Status.UnhealthySince != nil {
		t.Errorf("unhealthy since %s", r.Status.UnhealthySince)
	}
}

func TestAStageThatIsUnhealthyForAMomentIsNoNews(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	for range 5 {
		w.health(t, unwell)
		w.look(t, c, p.Name)
		w.passes(DegradedAfter - time.Second)
		w.look(t, c, p.Name)
		w.health(t, kargoapi.HealthStateProgressing)
		w.look(t, c, p.Name)
		w.passes(time.Second)
	}
	w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
}

func TestAStageThatMovesAgainIsNoNews(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	for _, test := range []struct {
		says kargoapi.HealthState
		want string
	}{{kargoapi.HealthStateProgressing, "Progressing"}, {well, "Healthy"}, {kargoapi.HealthStateProgressing, "Healthy"}, {kargoapi.HealthStateUnknown, "Unknown"}} {
		w.health(t, test.says)
		w.look(t, c, p.Name)
		if got := w.record(t, p.Name).Status.Health; got != test.want {
			t.Errorf("while the Stage is %s: %s", test.says, got)
		}
	}
}

func TestAStageThatIsUnhealthyAgainAndAgainIsToldThreeTimes(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	for range 5 {
		w.health(t, unwell)
		w.look(t, c, p.Name)
		w.passes(DegradedAfter)
		w.look(t, c, p.Name)
		w.health(t, well)
		w.look(t, c, p.Name)
	}
	w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded, Degraded, Recovered, Degraded, Recovered, Degraded, Recovered")
}

func TestWhileSomethingElseIsPromotedTheHealthIsNoNews(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	w.health(t, unwell)
	w.look(t, c, p.Name)
	w.stage(t, func(s *kargoapi.Stage) {
		s.Status.CurrentPromotion = &kargoapi.PromotionReference{Name: name(2, later)}
	})
	w.passes(DegradedAfter)
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
}

func TestWhatWasReplacedHasNoPartInWhatHappens(t *testing.T) {
	for name, freight := range map[string]string{"by something newer": later, "by the same again": next} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.verifies(t)
			c, p := live(t, w)
			w.passes(time.Minute)
			q := w.promote(t, 2, freight)
			w.becomes(t, q, went, "")
			w.noted(t, q)
			w.verification(t, kargoapi.VerificationPhaseFailed, "no")
			w.health(t, unwell)
			w.look(t, c, p.Name)
			w.passes(time.Hour)
			w.look(t, c, p.Name)
			r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
			if !r.Status.Replaced || r.Status.Health != "" {
				t.Errorf("replaced %t, health %q", r.Status.Replaced, r.Status.Health)
			}
		})
	}
}

func TestHowTheVerificationOfWhatWasReplacedEndedIsNotForgotten(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	c, p := live(t, w)
	w.verification(t, kargoapi.VerificationPhaseFailed, "")
	q := w.promote(t, 2, later)
	w.becomes(t, q, went, "")
	w.noted(t, q)
	w.look(t, c, p.Name)
	w.want(t, p.Name, v1alpha1.PhaseFailed, "Started, Succeeded, VerificationFailed (It was promoted, but its verification ended: Failed.)")
}

func TestALaterPromotionThatFailsReplacesNothing(t *testing.T) {
	w := newWorld(t)
	c, p := live(t, w)
	q := w.promote(t, 2, later)
	w.becomes(t, q, failed, "no")
	w.noted(t, q)
	w.health(t, unwell)
	w.look(t, c, p.Name)
	w.passes(time.Hour)
	w.look(t, c, p.Name)
	r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded")
	if r.Status.Replaced {
		t.Error("replaced")
	}
}

func TestAStageThatIsGone(t *testing.T) {
	w := newWorld(t)
	w.verifies(t)
	c, p := live(t, w)
	stage := &kargoapi.Stage{}
	stage.Namespace, stage.Name = "microsvcs", theStage
	if err := w.server.Delete(t.Context(), stage); err != nil {
		t.Fatal(err)
	}
	w.look(t, c, p.Name)
	if r := w.want(t, p.Name, v1alpha1.PhaseSucceeded, "Started, Succeeded"); !r.Status.Replaced {
		t.Error("not replaced")
	}
}

// Of what nobody wants to know but when it goes wrong, there is a record only then.
func TestWhatHappensAfterwardsMakesARecord(t *testing.T) {
	for name, test := range map[string]struct {
		wanted v1alpha1.Outcome
		happen func(*world)
		want   string
		after  v1alpha1.ShipmentPhase
	}{
		"it becomes unhealthy": {v1alpha1.OutcomeDegraded, func(w *world) { w.health(t, unwell, "bad") }, "Started, Succeeded, Degraded (bad)", v1alpha1.PhaseVerifying},
		"its verification fails": {
			v1alpha1.OutcomeVerificationFailed, func(w *world) { w.verification(t, kargoapi.VerificationPhaseError, "") },
			"Started, Succeeded, VerificationFailed (It was promoted, but its verification ended: Error.)", v1alpha1.PhaseFailed,
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.verifies(t)
			w.wants = func(e route.Event) bool { return e.Outcome == test.wanted }
			c, p := live(t, w)
			if w.record(t, p.Name) != nil {
				t.Fatal("there is a record")
			}
			w.passes(time.Minute)
			test.happen(w)
			w.look(t, c, p.Name)
			w.passes(DegradedAfter)
			w.look(t, c, p.Name)
			w.want(t, p.Name, test.after, test.want)
		})
	}
}

// Whoever asks to be told from now on is not told of a Stage that has been unhealthy for a week.
func TestAStageThatWasUnhealthyAllAlongIsNoNews(t *testing.T) {
	w := newWorld(t)
	since := noon.Add(time.Minute)
	w.wants = func(e route.Event) bool { return e.At.After(since) }
	c, p := live(t, w)
	w.passes(time.Hour)
	w.health(t, unwell)
	w.look(t, c, p.Name)
	w.passes(DegradedAfter)
	w.look(t, c, p.Name)
	if w.record(t, p.Name) != nil || len(w.calls) > 0 {
		t.Errorf("there is a record; calls %v", w.calls)
	}
}
