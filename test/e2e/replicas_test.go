package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestTwoReplicasShareTheWork: both take webhooks, one makes the Promotions, and when it dies the
// other one does.
func TestTwoReplicasShareTheWork(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	services := []string{"red", "blue", "green", "yellow"}
	for _, service := range services {
		w.Warehouse(t, service)
		w.NewFreight(t, service, service, "1.0.0")
		w.NewStage(t, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: harness.Passes("clone", "push")})
	}
	first := w.Installation.Start(t)
	second := w.Installation.Start(t)
	w.Ingress.Lead(t, first, second)
	for _, service := range services {
		w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", service+" production")
	}
	w.Shipments.Await(t, "four Shipments to succeed", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseSucceeded) == 4 })
	for i, bot := range []*harness.Bot{first, second} {
		if n := bot.Metric(t, "kargobot_requests_total", map[string]string{"outcome": "accepted"}); n != 2 {
			t.Errorf("replica %d took %v requests; want 2", i+1, n)
		}
	}
	if one, two := finished(t, first), finished(t, second); one != 4 || two != 0 {
		t.Errorf("the replicas finished %v and %v Shipments; the first one leads", one, two)
	}

	first.Kill(t)
	w.Ingress.Lead(t, second)
	died := time.Now()
	for _, service := range services {
		w.NewFreight(t, service, service, "1.1.0")
	}
	for _, service := range services {
		w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", service+" production 1.1.0")
	}
	w.Shipments.Await(t, "eight Shipments to succeed", patience, func(all []shipment) bool { return count(all, v1alpha1.PhaseSucceeded) == 8 })
	t.Logf("with a lease of %s, the other replica was done %s after the first one died", harness.LeaseDuration, time.Since(died))
	if n := len(listPromotions(t, w.Project)); n != 8 {
		t.Errorf("there are %d Promotions; want 8", n)
	}
	for _, service := range services {
		awaitCard(t, w, harness.Deploys, fmt.Sprintf("%s 1.1.0 is live in production", service))
	}
	toldOnce(t, w, harness.Deploys)
}

// finished is how many Shipments a bot has brought to their end.
func finished(t *testing.T, bot *harness.Bot) float64 {
	t.Helper()
	return bot.Metric(t, "kargobot_shipments_total", nil)
}
