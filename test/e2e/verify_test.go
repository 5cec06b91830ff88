package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestVerifyVerifiesAgain(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		before := verifications(t, w, "red-staging")
		w.Start(t)
		on.tell(t, w, "verify red staging", "red 3.2.0 is verified", "staging")
		ofAction(t, w, v1alpha1.ActionVerify, v1alpha1.PhaseSucceeded)
		after := verifications(t, w, "red-staging")
		if len(after) != len(before)+1 || after[0].ID == before[0].ID {
			t.Errorf("there were %d verifications, and are %d now; want one more", len(before), len(after))
		}
	})
}

// TestAVerificationThatFailsAgain is no fault of the bot's, and said in Kargo's words.
func TestAVerificationThatFailsAgain(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Warehouse(t, "red")
	w.NewStage(t, harness.Stage{
		Name: "red-staging", Warehouses: []string{"red"}, Steps: harness.Passes("deploy"), VerificationFails: true,
	})
	w.StartPromotion(t, "red-staging", w.NewFreight(t, "red", "red", "3.2.0"))
	w.Stages.AwaitOne(t, "the verification to fail", patience, func(s *kargoapi.Stage) bool {
		current := s.Status.Current()
		return current != nil && len(current.VerificationHistory) > 0 && current.VerificationHistory[0].Phase.IsTerminal()
	})
	message := verifications(t, w, "red-staging")[0].Message
	w.Start(t)
	askInSlack(t, w, "verify red staging")
	ofAction(t, w, v1alpha1.ActionVerify, v1alpha1.PhaseFailed)
	awaitInSlack(t, w, nil, "Verification of red 3.2.0 in staging failed", message)
}

// TestWhatKargoWouldNotVerifyIsRefused: Kargo says nothing, and would never do it.
func TestWhatKargoWouldNotVerifyIsRefused(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	failedPromotion(t, w)
	w.Warehouse(t, "empty")
	w.NewStage(t, harness.Stage{Name: "empty-staging", Warehouses: []string{"empty"}, Steps: harness.Passes("deploy")})
	w.Start(t)
	both(t, w, "verify red production", "did not succeed", "verifies nothing")
	both(t, w, "verify empty staging", "nothing to verify")
	nothingHappened(t, w)
}

// verifications returns those of what a Stage runs, the newest first.
func verifications(t *testing.T, w *harness.World, stage string) []kargoapi.VerificationInfo {
	t.Helper()
	s := &kargoapi.Stage{}
	cluster.Get(t, w.Name, stage, s)
	return s.Status.Current().VerificationHistory
}
