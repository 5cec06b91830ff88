package e2e_test

import (
	"fmt"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// Of many commands, each promotes another version to one of many services, so that all can be
// accepted, in any order. Kargo runs those of one Stage one after another.
const (
	manyServices = 20
	manyVersions = 10
	manyChannels = 10
	manyIssues   = 10
)

// manyWorld is a world for manyServices × manyVersions commands.
func manyWorld(t testing.TB, o harness.WorldOptions) *harness.World {
	t.Helper()
	slack := o.Slack
	o.Slack = func(c *slackfake.Config) {
		for i := range manyChannels {
			c.Channels = append(c.Channels, slackfake.Channel{ID: manyChannel(i), Name: fmt.Sprintf("deploys-%d", i), BotIn: true})
		}
		if slack != nil {
			slack(c)
		}
	}
	w := cluster.NewWorld(t, o)
	for i := range manyServices {
		service := manyService(i)
		w.Warehouse(t, service)
		w.NewStage(t, harness.Stage{Name: service + "-production", Warehouses: []string{service}, Steps: harness.Passes("clone", "push")})
		for j := range manyVersions {
			w.NewFreight(t, service, service, manyVersion(j))
		}
	}
	return w
}

func manyChannel(i int) string { return fmt.Sprintf("C1%02d", i%manyChannels) }
func manyService(i int) string { return fmt.Sprintf("s%02d", i) }
func manyVersion(j int) string { return fmt.Sprintf("1.%d.0", j) }
