package e2e_test

import (
	"net/http"
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// TestACrashAfterSendingSendsNoSecondMessage: the message is there, and the bot dies before it knows.
func TestACrashAfterSendingSendsNoSecondMessage(t *testing.T) {
	t.Parallel()
	t.Run("card in Slack", func(t *testing.T) {
		t.Parallel()
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		bot := w.Start(t)
		held := w.Slack.HoldAnswer("chat.postMessage")
		w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
		dieAt(t, w, bot, held)
		inTheEndOnceInSlack(t, w)
	})
	t.Run("reply in Slack", func(t *testing.T) {
		t.Parallel()
		w := cluster.NewWorld(t, harness.WorldOptions{})
		gate := w.NewGate()
		w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate))
		bot := w.Start(t)
		w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
		awaitCard(t, w, harness.Deploys, "▸ http")
		held := w.Slack.HoldAnswer("chat.postMessage")
		gate.Open(t)
		dieAt(t, w, bot, held)
		inTheEndOnceInSlack(t, w)
	})
	t.Run("edit in Slack", func(t *testing.T) {
		t.Parallel()
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		bot := w.Start(t)
		held := w.Slack.HoldAnswer("chat.update")
		w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
		dieAt(t, w, bot, held)
		inTheEndOnceInSlack(t, w)
	})
	t.Run("comment on GitHub", func(t *testing.T) {
		t.Parallel()
		w := cluster.NewWorld(t, harness.WorldOptions{})
		w.Service(t, "red")
		bot := w.Start(t)
		held := w.GitHub.HoldAnswer(http.MethodPost, "/issues/1/comments")
		w.GitHub.Write(t, "octocat", harness.Issue, "/promote red production")
		dieAt(t, w, bot, held)
		awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
		awaitComment(t, w, harness.Issue, "red 3.2.0 is live in production")
		awaitReactions(t, w, w.GitHub.Comments(harness.Repo, harness.Issue)[0].ID, "eyes", "rocket")
		if n := len(w.GitHub.BotComments(harness.Issue)); n != 1 {
			t.Errorf("there are %d comments:\n%s", n, w.GitHub.Text(harness.Issue))
		}
		once(t, w)
	})
}

// TestARestartLosesNothing: the bot dies while a promotion runs, and it ends while the bot is dead.
func TestARestartLosesNothing(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	gate := w.NewGate()
	w.Service(t, "red", harness.Pass("clone"), harness.Pass("set-image"), harness.Wait("sync", gate))
	bot := w.Start(t)
	w.Slack.Type(t, harness.Octocat, harness.Deploys, "/promote", "red production")
	awaitCard(t, w, harness.Deploys, "▸ http")
	bot.Kill(t)
	gate.Open(t)
	w.Promotions.AwaitOne(t, "the Promotion to end", patience, func(p promotion) bool {
		return p.Labels[v1alpha1.LabelShipmentUID] != "" && p.Status.Phase.IsTerminal()
	})
	w.Start(t)
	inTheEndOnceInSlack(t, w)
}

// dieAt kills the bot when its call was carried out and the answer is on its way, and starts another.
func dieAt(t *testing.T, w *harness.World, bot *harness.Bot, held *harness.Held) {
	t.Helper()
	held.Await(t, patience)
	bot.Kill(t)
	w.Start(t)
}

// inTheEndOnceInSlack returns when the only request has ended and all about it has been said, once.
func inTheEndOnceInSlack(t *testing.T, w *harness.World) {
	t.Helper()
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	awaitCard(t, w, harness.Deploys, "red 3.2.0 is live in production")
	awaitResult(t, w, harness.Deploys)
	w.Shipments.AwaitOne(t, "all to be said", patience, func(s shipment) bool {
		said := 0
		for _, report := range s.Status.Reports {
			if report.ID != "" {
				said++
			}
		}
		return said == 2
	})
	toldOnce(t, w, harness.Deploys)
	once(t, w)
}
