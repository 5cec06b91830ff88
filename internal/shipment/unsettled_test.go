package shipment

import (
	"testing"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// endedLast makes a Promotion of that name the last of a Stage, by its name: so Kargo has it after one that
// was aborted in the queue.
func (w *world) endedLast(t *testing.T, stage, name string, phase kargoapi.PromotionPhase) {
	t.Helper()
	w.says(t, stage, func(s *kargoapi.StageStatus) {
		s.LastPromotion = &kargoapi.PromotionReference{Name: name, Status: &kargoapi.PromotionStatus{Phase: phase}}
		s.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnknown}
	})
}

// Kargo verifies nothing in a Stage whose last promotion did not succeed. Nobody is to wait for that for ever.
func TestAPromotionThatIsNotGoingToBeVerifiedEnds(t *testing.T) {
	verifies := upstreamOf(development, 0)
	verifies.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	w := newWorld(t, through(), newFreight(), verifies, upstreamOf(staging, 0, development), upstreamOf(productive, 0, staging))
	w.pass(t)
	p := w.promotionEnds(t, development, kargoapi.PromotionPhaseSucceeded, "")
	w.runs(t, development, theFreight, p.Name, kargoapi.HealthStateUnknown)
	w.endedLast(t, development, p.Name+"-later", kargoapi.PromotionPhaseAborted)
	w.clock = w.clock.Add(unhealthyFor - time.Second)
	s, _ := w.pass(t)
	want(t, s, "Verifying Pending Pending", verifying, "")
	w.clock = w.clock.Add(time.Second)
	s, _ = w.pass(t)
	want(t, s, "Failed NotReached NotReached", failed, "stopped at red-development: It was promoted, but Kargo verifies nothing in Stage red-development, "+
		"since its last promotion, "+p.Name+"-later, did not succeed (Aborted). A new promotion of the same Freight helps.")
}

// What runs in such a Stage, and was never verified there, is promoted there once more.
func TestWhatKargoWouldNotVerifyIsPromotedAgain(t *testing.T) {
	w := newPath(t, 0)
	w.runs(t, development, theFreight, "", kargoapi.HealthStateHealthy)
	w.endedLast(t, development, "red-development.01.aaaaaaa", kargoapi.PromotionPhaseFailed)
	s, _ := w.pass(t)
	want(t, s, "Pending Pending Pending", pending, "")
	if n := len(w.promotions(t)); n != 1 {
		t.Errorf("%d Promotions", n)
	}
}

func TestAStageOfUnknownHealthStopsAWalkInTheEnd(t *testing.T) {
	w := newPath(t, 0)
	w.pass(t)
	w.arrives(t, development)
	w.pass(t)
	w.arrives(t, staging)
	w.endedLast(t, staging, "red-staging.9.aaaaaaa", kargoapi.PromotionPhaseFailed)
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	w.clock = w.clock.Add(unhealthyFor)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Failed", failed, "stopped at red-production: Kargo verifies nothing in Stage red-staging, "+
		"since its last promotion, red-staging.9.aaaaaaa, did not succeed (Failed). A new promotion of the same Freight helps.")
}

// Who may abort promotions to one Stage may not abort those to another by way of it.
func TestAnAbortOfAnotherStagesPromotionDoesNothing(t *testing.T) {
	other := aPromotion("red-staging.01.aaaaaaa", kargoapi.PromotionPhaseRunning)
	other.Spec.Stage = staging
	abort := newAbort(productive)
	abort.Spec.Items[0].Promotions = []string{other.Name}
	w := newWorld(t, abort, other)
	s := w.other(t, theAbort)
	want(t, s, "Succeeded", succeeded, "")
	if got := s.Status.Items[0].Stages[0].Result; got != "nothing was left to abort" {
		t.Errorf("result %q", got)
	}
	if p := w.promotions(t)[0]; p.Annotations[kargoapi.AnnotationKeyAbort] != "" {
		t.Error("the Promotion is being aborted")
	}
}
