package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestApprovedFreightCanGo where it was not verified for, once it is promoted.
func TestApprovedFreightCanGo(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red", harness.Pass("deploy"))
		hotfix := w.NewFreight(t, "red", "red", "3.2.1")
		w.Start(t)
		on.tell(t, w, "promote red production 3.2.1", "3.2.1 can't go to production yet")
		on.tell(t, w, `approve-freight red 3.2.1 production --reason "tested by hand"`,
			"red 3.2.1 is approved for production", "/promote red production", "tested by hand")
		ofAction(t, w, v1alpha1.ActionApprove, v1alpha1.PhaseSucceeded)
		cluster.Get(t, w.Name, hotfix.Name, hotfix)
		if _, approved := hotfix.Status.ApprovedFor["red-production"]; !approved || len(hotfix.Status.ApprovedFor) != 1 {
			t.Errorf("it is approved for %v; want red-production alone", hotfix.Status.ApprovedFor)
		}
		if n := len(listPromotions(t, w.Project)); n != 0 {
			t.Errorf("it was promoted by that")
		}
		awaitFreight(t, w, "red production 3.2.1", "3.2.1 would go to production")
		on.tell(t, w, "promote red production 3.2.1", "red 3.2.1 is live in production")
		runs(t, w, "red-production", "3.2.1")
	})
}

func TestWhatNeedsNoApprovalGetsNone(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Warehouse(t, "blue")
	w.NewFreight(t, "blue", "blue", "9.0.0")
	w.Start(t)
	both(t, w, "approve-freight red 3.2.0 production", "red 3.2.0 can go to production without that")
	both(t, w, "approve-freight red 3.9.0 production", `"3.9.0"`)
	both(t, w, "approve-freight red 9.0.0 production", `"9.0.0"`) // another Warehouse's
	nothingHappened(t, w)
}
