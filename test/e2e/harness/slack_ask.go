package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// Ask is a person typing any command in a channel, "status red", and returns what they alone are
// answered at once.
func (s *Slack) Ask(t testing.TB, user, channel, line string) string {
	t.Helper()
	return s.Said(s.Type(t, user, channel, "/kargo", line))
}

// Said returns an answer as a person reads it.
func (s *Slack) Said(reply *slackfake.Reply) string {
	return s.PlainText(slackfake.Message{Content: slackfake.Content{Text: reply.Text, Blocks: reply.Blocks}})
}

// Buttons returns the labels of a message's buttons.
func (s *Slack) Buttons(m slackfake.Message) []string {
	var labels []string
	for _, b := range blockkit.Buttons(m.Blocks) {
		labels = append(labels, b.Text)
	}
	return labels
}

// Press is a person pressing the first button of a message that stands for a command with these words.
// Where Slack asks first whether they are sure, they are.
func (s *Slack) Press(t testing.TB, user string, m slackfake.Message, command string) *slackfake.Reply {
	t.Helper()
	for _, b := range blockkit.Buttons(m.Blocks) {
		if !strings.Contains(b.Value, command) {
			continue
		}
		reply, err := s.Driver.ButtonClick(t.Context(), slackfake.ButtonClick{
			User: user, Channel: m.Channel, TS: m.TS, ActionID: b.ActionID, BlockID: b.BlockID,
		})
		if err != nil {
			t.Fatalf("press %q: %v", command, err)
		}
		return reply
	}
	t.Fatalf("no button stands for %q among %q on:\n%s", command, s.Buttons(m), s.PlainText(m))
	return nil
}

// AwaitTold returns the first message in a channel that only this person sees, and that says something.
// What they are answered at once is among them.
func (s *Slack) AwaitTold(t testing.TB, user, channel, says string, within time.Duration) slackfake.Message {
	t.Helper()
	var found slackfake.Message
	s.AwaitMessages(t, channel, within, func(messages []slackfake.Message) bool {
		for _, m := range messages {
			if m.EphemeralTo == user && strings.Contains(s.PlainText(m), says) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}
