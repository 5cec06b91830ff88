package e2e_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/test/e2e/harness"
)

// grace is the bot's grace period in these tests.
const grace = 20 * time.Second

func TestToldToStopTheBotFinishesWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	w.Service(t, "red")
	bot := w.Start(t)
	// The request stops on its way where the bot asks Slack who that is.
	held := w.Slack.HoldAnswer("users.info")
	type answer struct {
		reply *slackfake.Reply
		err   error
	}
	answered := make(chan answer, 1)
	go func() {
		reply, err := w.Slack.Driver.SlashCommand(t.Context(), slackfake.SlashCommand{
			User: harness.Octocat, Channel: harness.Deploys, Command: "/promote", Text: "red production",
		})
		answered <- answer{reply, err}
	}()
	held.Await(t, patience)
	bot.Terminate(t)
	bot.AwaitLog(t, "stopping", patience)
	held.Release()
	if a := <-answered; a.err != nil || a.reply.Status != http.StatusOK {
		t.Errorf("the request in hand was answered %+v (%v)", a.reply, a.err)
	} else {
		mustSay(t, said(w, a.reply), "red 3.1.0 → 3.2.0 to production")
	}
	if code := bot.AwaitExit(t, grace); code != 0 {
		t.Errorf("the exit code is %d; want 0", code)
	}
	if n := len(listShipments(t, w.Project)); n != 1 {
		t.Errorf("there are %d Shipments", n)
	}
	// The next one goes on, without having to wait for the lease of the first to run out.
	started := time.Now()
	w.Start(t)
	awaitPhase(t, w.Project, v1alpha1.PhaseSucceeded)
	t.Logf("the next bot was done after %s", time.Since(started))
	once(t, w)
}

func TestAnIdleBotStopsAtOnce(t *testing.T) {
	t.Parallel()
	w := cluster.NewWorld(t, harness.WorldOptions{})
	bot := w.Start(t)
	bot.Terminate(t)
	if code := bot.AwaitExit(t, 5*time.Second); code != 0 {
		t.Errorf("the exit code is %d; want 0", code)
	}
}
