package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestWhatHappensIsSaidWithinASecond: from when a Promotion has ended, as somebody who watches Kargo sees it, to
// when the message is there. It has the machine for itself, as it is about time.
func TestWhatHappensIsSaidWithinASecond(t *testing.T) { //nolint:paralleltest // see above
	const services = 10
	w := cluster.NewWorld(t, harness.WorldOptions{
		Config: func(config map[string]any) {
			config["notifications"] = []any{map[string]any{"environments": []any{"production"}, "slack": "#deploys"}}
			config["channels"] = map[string]any{"#deploys": map[string]any{"burst": 60}}
		},
		Slack: func(c *slackfake.Config) { c.PerChannelInterval, c.PerChannelBurst = time.Second, 1 },
	})
	freight := make([]*kargoapi.Freight, services)
	for i := range services {
		service := toldService(i)
		w.Warehouse(t, service)
		w.NewStage(t, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: harness.Passes("push")})
		freight[i] = w.NewFreight(t, service, service, "1.0.0")
	}
	w.Start(t)
	w.AwaitListening(t)
	var delays []time.Duration
	for i := range services {
		stage := toldService(i) + "-production"
		if err := w.PromoteUnasked(t.Context(), stage, freight[i]); err != nil {
			t.Fatal(err)
		}
		w.Promotions.AwaitOne(t, stage+" to be promoted to", patience, func(p *kargoapi.Promotion) bool {
			return p.Spec.Stage == stage && p.Status.Phase == kargoapi.PromotionPhaseSucceeded
		})
		ended := time.Now()
		var said time.Time
		w.Slack.AwaitMessages(t, harness.Deploys, patience, func(all []slackfake.Message) bool {
			for _, m := range all {
				if strings.Contains(w.Slack.PlainText(m), fmt.Sprintf("%s 1.0.0 is live in production", toldService(i))) {
					said = m.Versions[0].At
					return true
				}
			}
			return false
		})
		delays = append(delays, said.Sub(ended))
		<-time.After(time.Until(said.Add(1200 * time.Millisecond))) // Slack takes one message a second
	}
	slices.Sort(delays)
	t.Logf("from the end of a promotion to the message: %s (median), %s at most", delays[services/2].Round(time.Millisecond), delays[services-1].Round(time.Millisecond))
	if median := delays[services/2]; median >= time.Second {
		t.Errorf("the median is %s", median)
	}
}
