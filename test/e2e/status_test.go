package e2e_test

import (
	"testing"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestStatusSaysWhatRunsWhere(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	upToDate(t, w, "blue")
	w.Warehouse(t, "sick")
	w.NewStage(t, harness.Stage{Name: "sick-production", Warehouses: []string{"sick"}, Steps: harness.Passes("deploy")})
	w.Promote(t, "sick-production", w.NewFreight(t, "sick", "sick", "1.0.0"))
	w.MakeUnhealthy(t, "sick-production", "the disk is full")
	w.Start(t)
	for line, says := range map[string][]string{
		"status":                    {"red", "blue", "sick", "staging", "production", "3.1.0", "3.2.0", "waits"},
		"status production":         {"red", "blue", "sick", "3.1.0", "3.2.0", "unhealthy"},
		"status red":                {"red", "staging", "production", "3.1.0", "3.2.0"},
		"status red,blue staging":   {"red", "blue", "3.2.0"},
		"status red prod":           {"red", "production", "3.1.0", "3.2.0"},
		"status sick production":    {"sick", "1.0.0", "unhealthy", "the disk is full"},
		"status " + w.Name + "/red": {"red", "3.1.0"},
	} {
		t.Run(line, func(t *testing.T) { both(t, w, line, says...) })
	}
	nothingHappened(t, w)
}

// TestStatusSaysWhatIsOnItsWay: what runs, at which step, and what waits behind it.
func TestStatusSaysWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	hanging(t, w)
	untilTold(t, w, "status red production", "3.2.0")
	both(t, w, "status red production", "3.1.0", "3.2.0", "3 of 3")
	both(t, w, "status", "red", "3.1.0", "3.2.0")
}

func TestStatusOfAPromotionThatFailed(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	failedPromotion(t, w)
	w.Start(t)
	both(t, w, "status red production", "3.1.0", "3.2.0", "failed", "the build is on fire")
}

func TestStatusOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	w.Start(t)
	both(t, w, "status rde", `"rde"`, "red")
	both(t, w, "status red prodution", `No environment "prodution"`, "production")
	both(t, w, "status elsewhere/red", "elsewhere")
}

// failedPromotion makes a service whose production runs 3.1.0, and to which 3.2.0 failed to go.
func failedPromotion(t *testing.T, w *harness.World) {
	t.Helper()
	w.Service(t, "red", harness.Pass("clone"), harness.Fail("build", "the build is on fire"))
	p := w.StartPromotion(t, "red-production", freightOf(t, w, "red", "3.2.0"))
	w.Stages.AwaitOne(t, "the Stage to know of the failure", patience, func(s *kargoapi.Stage) bool {
		last := s.Status.LastPromotion
		return s.Name == "red-production" && last != nil && last.Name == p.Name &&
			s.Status.Health != nil && s.Status.Health.Status == kargoapi.HealthStateUnknown
	})
}
