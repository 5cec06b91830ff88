package slack

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// inParts answers with a first part, and the rest after it.
func inParts(context.Context, bot.Request) bot.Answer {
	return bot.Answer{
		Card: chatops.Card{Title: "The first part", State: chatops.StateInfo},
		More: func(ctx context.Context) bot.Answer {
			title := "All of it"
			if left, ok := ctx.Deadline(); !ok || time.Until(left) > 10*time.Second {
				title = "For ever"
			}
			return bot.Answer{Card: chatops.Card{Title: title, State: chatops.StateInfo}}
		},
	}
}

func TestTheRestOfAnAnswerFollowsACommand(t *testing.T) {
	w := newClickWorld(t, inParts)
	reply, err := w.driver.SlashCommand(t.Context(), slackfake.SlashCommand{User: "U42", Channel: inChannel, Command: "/kargo", Text: "diff red production"})
	if err != nil {
		t.Fatal(err)
	}
	if reply.Status != http.StatusOK || !strings.Contains(reply.Text, "The first part") {
		t.Errorf("answered %d: %s", reply.Status, reply.Text)
	}
	w.alone(t, "All of it")
}

func TestAClickIsAnsweredAsAWhole(t *testing.T) {
	w := newClickWorld(t, inParts)
	ts := w.posted(t, partialCard())
	if _, err := w.driver.ButtonClick(soon(t), w.click(ts)); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.alone(t, "All of it") {
		if strings.Contains(w.slack.PlainText(m), "The first part") {
			t.Errorf("it is answered in parts:\n%s", w.slack.PlainText(m))
		}
	}
}

// alone returns the messages of a channel once one says something to one person.
func (w *clickWorld) alone(t *testing.T, says string) []slackfake.Message {
	t.Helper()
	return w.await(t, func(all []slackfake.Message) bool {
		return slices.ContainsFunc(all, func(m slackfake.Message) bool {
			return m.EphemeralTo != "" && strings.Contains(w.slack.PlainText(m), says)
		})
	})
}
