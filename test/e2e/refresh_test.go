package e2e_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestRefreshFindsWhatIsNew(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := discoveringWorld(t)
		w.Start(t)
		w.Publish(t, "red", "1.1.0")
		on.tell(t, w, "refresh red", "Looked for new artifacts of red", "1.1.0")
		ofAction(t, w, v1alpha1.ActionRefresh, v1alpha1.PhaseSucceeded)
		freightOf(t, w, "red", "1.1.0")
		awaitFreight(t, w, "red staging 1.1.0", "red 1.1.0 would go to staging")
	})
}

func TestRefreshFindsNothingNew(t *testing.T) {
	t.Parallel()
	w := discoveringWorld(t)
	w.Start(t)
	onGitHub().tell(t, w, "refresh red", "Looked for new artifacts of red", "nothing new")
	ofAction(t, w, v1alpha1.ActionRefresh, v1alpha1.PhaseSucceeded)
}

// TestARefreshThatCannotLookSaysWhy, in Kargo's words.
func TestARefreshThatCannotLookSaysWhy(t *testing.T) {
	t.Parallel()
	onEachSurface(t, func(t *testing.T, on surface) {
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.BlindWarehouse(t, "red")
		w.NewStage(t, harness.Stage{Name: "red-staging", Warehouses: []string{"red"}, Steps: harness.Passes("deploy")})
		w.Start(t)
		on.tell(t, w, "refresh red", "failed", "AllowTags is deprecated and unsupported")
		ofAction(t, w, v1alpha1.ActionRefresh, v1alpha1.PhaseFailed)
	})
}

// TestARefreshOfSeveralWarehouses says of each what came of it.
func TestARefreshOfSeveralWarehouses(t *testing.T) {
	t.Parallel()
	w := discoveringWorld(t)
	w.BlindWarehouse(t, "red-dev")
	w.NewStage(t, harness.Stage{Name: "red-production", Warehouses: []string{"red-dev"}, Steps: harness.Passes("deploy")})
	w.Start(t)
	w.Publish(t, "red", "1.1.0")
	askInSlack(t, w, "refresh red")
	ofAction(t, w, v1alpha1.ActionRefresh, v1alpha1.PhaseFailed)
	awaitInSlack(t, w, nil, "failed in part", "1.1.0", "red-dev", "Unable to discover artifacts")
}

// discoveringWorld has a Stage whose Warehouse has discovered 1.0.0.
func discoveringWorld(t *testing.T) *harness.World {
	t.Helper()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Publish(t, "red", "1.0.0")
	w.DiscoveringWarehouse(t, "red")
	w.NewStage(t, harness.Stage{Name: "red-staging", Warehouses: []string{"red"}, Steps: harness.Passes("deploy")})
	freightOf(t, w, "red", "1.0.0")
	return w
}
