package shipment

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// hasHealth makes a Stage say that of its health.
func (w *world) hasHealth(t *testing.T, stage string, health kargoapi.HealthState) {
	t.Helper()
	w.says(t, stage, func(s *kargoapi.StageStatus) { s.Health = &kargoapi.Health{Status: health} })
}

// Who rolls back an unhealthy Stage does not want the same thing in the next one.
func TestAnUnhealthyStageThatIsRolledBackStopsThePath(t *testing.T) {
	for name, between := range map[string]kargoapi.HealthState{
		"while it is unhealthy":         kargoapi.HealthStateUnhealthy,
		"while its health is not known": kargoapi.HealthStateUnknown,
	} {
		t.Run(name, func(t *testing.T) {
			w := onTheWay(t, 0)
			w.hasHealth(t, staging, kargoapi.HealthStateUnhealthy)
			s, _ := w.pass(t)
			want(t, s, "Succeeded Succeeded Waiting", promoting, "")
			w.hasHealth(t, staging, between)
			w.pass(t)
			w.clock = w.clock.Add(2 * time.Minute)
			w.runs(t, staging, "ffffff0", w.promotionTo(t, staging).Name+"z", kargoapi.HealthStateHealthy)
			s, _ = w.pass(t)
			want(t, s, "Succeeded Succeeded Failed", failed,
				"stopped at red-production: Stage red-staging was unhealthy with it, and runs something else now.")
			if n := len(w.promotions(t)); n != 2 {
				t.Errorf("%d Promotions", n)
			}
		})
	}
}

func TestAStageThatWasUnhealthyForAMomentHoldsUpNothing(t *testing.T) {
	w := onTheWay(t, time.Hour)
	w.hasHealth(t, staging, kargoapi.HealthStateUnhealthy)
	s, _ := w.pass(t)
	if !s.Status.Items[0].Stages[2].UpstreamUnhealthy {
		t.Error("not noted to be unhealthy")
	}
	w.hasHealth(t, staging, kargoapi.HealthStateHealthy)
	s, _ = w.pass(t)
	if s.Status.Items[0].Stages[2].UpstreamUnhealthy {
		t.Error("still noted to be unhealthy")
	}
	// It ran there for long enough, and well, before it was replaced.
	w.clock = w.clock.Add(time.Hour)
	w.verifies(t, staging, time.Hour)
	w.runs(t, staging, "ffffff0", w.promotionTo(t, staging).Name+"z", kargoapi.HealthStateHealthy)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")
}

func TestAStageWhoseHealthIsNotKnownStopsThePathInTheEnd(t *testing.T) {
	w := onTheWay(t, 0)
	w.hasHealth(t, staging, kargoapi.HealthStateUnknown)
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	w.hasHealth(t, staging, kargoapi.HealthStateProgressing)
	w.clock = w.clock.Add(unknownFor - time.Second)
	s, result := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	if result.RequeueAfter != time.Second {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
	w.clock = w.clock.Add(time.Second)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Failed", failed,
		"stopped at red-production: It has not been known for 60 minutes whether Stage red-staging is healthy.")
}

func TestWhatRunsThereIsNotWaitedForToBeVerifiedForEver(t *testing.T) {
	for _, test := range []struct {
		name    string
		health  kargoapi.HealthState
		message string
	}{
		{"healthy", kargoapi.HealthStateHealthy, "Kargo has not verified it within 60 minutes."},
		{"progressing", kargoapi.HealthStateProgressing, "Kargo has not verified it within 60 minutes: the health of the Stage is Progressing."},
		{"not known", "", "Kargo has not verified it within 60 minutes: the health of the Stage is not known."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newPath(t, 0)
			w.runs(t, development, theFreight, "", test.health)
			s, _ := w.pass(t)
			want(t, s, "Verifying Pending Pending", verifying, "")
			w.clock = w.clock.Add(unknownFor)
			s, _ = w.pass(t)
			want(t, s, "Failed NotReached NotReached", failed, "stopped at red-development: It runs there, but "+test.message)
		})
	}
}

// smokeTested returns a world in which red goes to production only, where it is to be verified.
func smokeTested(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, newShipment(), newFreight())
	w.stageSays(t, func(stage *kargoapi.Stage) {
		stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	})
	w.pass(t)
	return w
}

func TestAVerificationThatDoesNotBeginIsNotWaitedForForEver(t *testing.T) {
	for _, test := range []struct {
		name    string
		noted   bool
		phase   kargoapi.VerificationPhase
		after   v1alpha1.ShipmentPhase
		message string
	}{
		{"the health is not known", true, "", failed, "It was promoted, but Kargo has not verified it within 60 minutes: the health of the Stage is Unknown."},
		{"the Stage takes no note", false, "", failed, "It was promoted, but Kargo's Stage has not taken note of it within 60 minutes."},
		{"it has begun, and takes long", true, kargoapi.VerificationPhaseRunning, verifying, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := smokeTested(t)
			p := w.promotionEnds(t, productive, kargoapi.PromotionPhaseSucceeded, "")
			if test.noted {
				w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateUnknown)
			}
			if test.phase != "" {
				w.says(t, productive, func(s *kargoapi.StageStatus) {
					s.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{{Phase: test.phase}}
				})
			}
			w.clock = w.clock.Add(unknownFor - time.Second)
			s, _ := w.pass(t)
			want(t, s, "Verifying", verifying, "")
			w.clock = w.clock.Add(time.Second)
			s, _ = w.pass(t)
			want(t, s, string(test.after), test.after, test.message)
		})
	}
}

// What is deleted does not say any more when it ended.
func TestWhatIsDeletedWhileItIsVerifiedIsNotWaitedForForEver(t *testing.T) {
	for name, prepare := range map[string]func(*v1alpha1.StageStatus){
		"known when it was promoted": func(*v1alpha1.StageStatus) {},
		"not known":                  func(s *v1alpha1.StageStatus) { s.PromotedAt = nil },
	} {
		t.Run(name, func(t *testing.T) {
			w := smokeTested(t)
			p := w.promotionEnds(t, productive, kargoapi.PromotionPhaseSucceeded, "")
			w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateUnhealthy)
			s, _ := w.pass(t)
			if got := s.Status.Items[0].Stages[0].PromotedAt; !got.Equal(at(0)) {
				t.Errorf("promoted at %s", got)
			}
			prepare(&s.Status.Items[0].Stages[0])
			if err := w.server.Status().Update(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			w.remove(t)
			s, _ = w.pass(t)
			want(t, s, "Verifying", verifying, "")
			w.clock = w.clock.Add(unhealthyFor)
			s, _ = w.pass(t)
			want(t, s, "Failed", failed, "It was promoted, but the Stage has been unhealthy for 5 minutes.")
		})
	}
}

func TestAResumeWhosePromotionIsDeletedEnds(t *testing.T) {
	w, p := resuming(t)
	w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateHealthy)
	w.pass(t)
	w.remove(t)
	w.clock = w.clock.Add(stageSilence)
	s, _ := w.pass(t)
	want(t, s, "Failed", failed, "It was promoted, but Kargo still holds auto-promotion.")
}
