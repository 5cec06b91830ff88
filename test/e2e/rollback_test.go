package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// annotationRollback is how Kargo knows a Promotion that goes back.
const annotationRollback = "kargo.akuity.io/rollback"

func TestRollbackGoesBackToWhatRanBefore(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		upToDate(t, w, "red")
		w.Start(t)
		on.tell(t, w, `rollback red production --reason "errors at checkout"`,
			"red 3.1.0 is live again in production", "3.2.0 → 3.1.0", "errors at checkout")
		s := ofAction(t, w, v1alpha1.ActionRollback, v1alpha1.PhaseSucceeded)
		runs(t, w, "red-production", "3.1.0")
		if got := promotionTo(t, w, "red-production").Annotations[annotationRollback]; got != kargoapi.LabelValueTrue {
			t.Errorf("the Promotion says of being a rollback: %q", got)
		}
		if s.Spec.Reason != "errors at checkout" || s.Status.Items[0].Stages[0].Held {
			t.Errorf("the record says reason %q, held %v", s.Spec.Reason, s.Status.Items[0].Stages[0].Held)
		}
	})
}

func TestRollbackGoesBackToWhatIsNamed(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	upToDate(t, w, "red")
	newest := w.NewFreight(t, "red", "red", "3.3.0")
	w.Promote(t, "red-staging", newest)
	w.Promote(t, "red-production", newest)
	w.Start(t)
	askInSlack(t, w, "rollback red production 3.1.0")
	awaitInSlack(t, w, nil, "red 3.1.0 is live again in production", "3.3.0 → 3.1.0")
	runs(t, w, "red-production", "3.1.0")
}

func TestRollbackOfSeveralServices(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	upToDate(t, w, "red")
	upToDate(t, w, "blue")
	w.Start(t)
	askInSlack(t, w, "rollback all production")
	s := ofAction(t, w, v1alpha1.ActionRollback, v1alpha1.PhaseSucceeded)
	if got := phases(s); got != "red: Succeeded; blue: Succeeded" && got != "blue: Succeeded; red: Succeeded" {
		t.Errorf("its services ended: %s", got)
	}
	runs(t, w, "red-production", "3.1.0")
	runs(t, w, "blue-production", "3.1.0")
}

func TestWhatCannotBeRolledBackIsRefused(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	both(t, w, "rollback red production", "3.1.0")             // it runs the first that it ever ran
	both(t, w, "rollback red production 3.2.0", "no rollback") // forward is not back
	both(t, w, "rollback red production 3.0.0", `"3.0.0"`)
	both(t, w, "resume red production", "does not promote", "by itself")
	nothingHappened(t, w)
}

// TestARollbackHoldsAutoPromotionUntilItIsResumed: else Kargo would undo it at once.
func TestARollbackHoldsAutoPromotionUntilItIsResumed(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		w.AutoPromote(t, "red-production")
		runs(t, w, "red-production", "3.2.0") // by itself
		w.Start(t)

		on.tell(t, w, "rollback red production", "red 3.1.0 is live again in production", "on hold", "resume red production")
		s := ofAction(t, w, v1alpha1.ActionRollback, v1alpha1.PhaseSucceeded)
		if !s.Status.Items[0].Stages[0].Held {
			t.Errorf("the record does not say that auto-promotion is on hold")
		}
		w.Promote(t, "red-staging", w.NewFreight(t, "red", "red", "3.3.0"))
		w.Nudge(t, "red-production")
		on.tell(t, w, "status red production", "3.1.0", "held")
		runs(t, w, "red-production", "3.1.0")

		on.tell(t, w, "resume red production", "Auto-promotion of red to production goes on", "3.3.0")
		ofAction(t, w, v1alpha1.ActionResume, v1alpha1.PhaseSucceeded)
		runs(t, w, "red-production", "3.3.0")
		w.Stages.AwaitOne(t, "the hold to be gone", patience, func(s *kargoapi.Stage) bool {
			return s.Name == "red-production" && len(s.Status.EffectiveAutoPromotionHolds) == 0
		})
		w.Promote(t, "red-staging", w.NewFreight(t, "red", "red", "3.4.0"))
		runs(t, w, "red-production", "3.4.0") // by itself again
	})
}

// upToDate makes a service whose production runs 3.2.0, and ran 3.1.0 before.
func upToDate(t *testing.T, w *harness.World, service string) {
	t.Helper()
	w.Service(t, service, harness.Pass("deploy"))
	w.Promote(t, service+"-production", freightOf(t, w, service, "3.2.0"))
}
