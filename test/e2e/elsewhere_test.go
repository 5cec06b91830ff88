package e2e_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

func TestInAChannelWithoutTheBotThePersonIsToldAlone(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate))
	w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Random, "/promote", "red production")
	w.Slack.AwaitMessages(t, harness.Random, patience, func(all []slackfake.Message) bool {
		return strings.Contains(w.Slack.Transcript(all), "/invite @kargo-bot")
	})
	gate.Open(t)
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	messages := w.Slack.AwaitMessages(t, harness.Random, patience, func(all []slackfake.Message) bool {
		return slices.ContainsFunc(all, func(m slackfake.Message) bool {
			return strings.Contains(w.Slack.PlainText(m), "red 3.2.0 is live in production")
		})
	})
	all := w.Slack.Transcript(messages)
	for _, m := range messages {
		if m.EphemeralTo != harness.Octocat {
			t.Errorf("others were told, in a channel that the bot is not in:\n%s", all)
		}
	}
	if n := w.Slack.Calls()[slackfake.MethodResponseURL]; n == 0 || n > 5 {
		t.Errorf("the response_url was used %d times; Slack allows 5", n)
	}
	once(t, w)
}
