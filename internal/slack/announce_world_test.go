package slack

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// announceWorld is a world that is told what it has not asked for.
type announceWorld struct {
	*world
	channels *ChannelSink
	log      *bytes.Buffer
}

func newAnnounceWorld(t *testing.T, change ...func(*slackfake.Config)) *announceWorld {
	t.Helper()
	w := &announceWorld{log: &bytes.Buffer{}, world: newWorld(t, append([]func(*slackfake.Config){func(c *slackfake.Config) {
		c.Users = append(c.Users, slackfake.User{ID: "U44", Name: "ghost", Deleted: true}, slackfake.User{ID: "U45", Name: "robot", IsBot: true})
		c.Groups = []slackfake.UserGroup{{ID: "S0123", Handle: "platform", Users: []string{"U42"}}}
		c.Channels = append(c.Channels, slackfake.Channel{ID: "C6", Name: "old", BotIn: true, Archived: true})
	}}, change...)...)}
	w.restart(t)
	return w
}

// restart has the bot forget all that is in its memory.
func (w *announceWorld) restart(t *testing.T) {
	t.Helper()
	var err error
	w.channels, err = NewChannelSink(ChannelSinkOptions{Client: w.client, Log: slog.New(slog.NewTextHandler(w.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
}

// release is the card of a release, as a channel or a person is told of it.
func (w *announceWorld) release(to string) notify.Message {
	return notify.Message{
		Target: notify.Target{Channel: &notify.Channel{Name: to}},
		Part:   v1alpha1.PartCard,
		Marker: "kargo-bot:release:red-3.2.0:Card",
		Since:  w.clock.Now(),
		Card:   releaseCard(),
	}
}

// alert is the reply to a message that calls the owners.
func alert(m notify.Message, replyTo string) notify.Message {
	m.Part, m.Marker, m.ReplyTo = v1alpha1.ReportPart(v1alpha1.OutcomeFailed), "kargo-bot:release:red-3.2.0:Failed", replyTo
	m.Card, m.Mention = alertCard(), platform()
	return m
}

func platform() chatops.Actor {
	return chatops.Actor{Source: chatops.SourceSlack, ID: "T01/S0123", Name: "platform"}
}

// announce posts a message when the channel can have another.
func (w *announceWorld) announce(t *testing.T, m notify.Message) string {
	t.Helper()
	w.clock.step(postInterval)
	id, err := w.channels.Post(t.Context(), m)
	if err != nil {
		t.Fatalf("Post: %v", err)
	}
	return id
}

// defers fails the test unless the error defers a message by that long.
func defers(t *testing.T, err error, want time.Duration) {
	t.Helper()
	if deferred, ok := errors.AsType[*notify.Deferred](err); !ok || deferred.After != want {
		t.Errorf("got %v, want to be deferred by %s", err, want)
	}
}

// givesUp fails the test unless the error says that the message can't be told, and why.
func givesUp(t *testing.T, err error, reason string) {
	t.Helper()
	if undeliverable, ok := errors.AsType[*notify.Undeliverable](err); !ok || undeliverable.Reason != reason {
		t.Errorf("got %v, want it to be given up: %s", err, reason)
	}
}

func releaseCard() chatops.Card {
	return chatops.Card{
		Title: "red 3.2.0 released", State: chatops.StatePending, Status: "waits for production",
		Facts: []chatops.Text{
			chatops.Line(chatops.Plain("by hubot")),
			chatops.Line(chatops.LinkTo("4 commits", "https://github.com/acme/microsvcs/compare/red/3.1.0...red/3.2.0")),
			chatops.Line(chatops.Plain("Freight "), chatops.Code("rafting-starfish")),
		},
		Table: &chatops.Table{Columns: []string{"environment", "runs", "since"}, Rows: [][]chatops.Text{
			{chatops.Line(chatops.Plain("staging")), chatops.Line(chatops.Bold("3.2.0")), chatops.Line(chatops.Plain("25 Nov 12:04 UTC, verified"))},
			{chatops.Line(chatops.Plain("production")), chatops.Line(chatops.Plain("3.1.0")), chatops.Line(chatops.Plain("20 Nov 09:30 UTC"))},
		}},
		Body: []chatops.Text{chatops.Line(chatops.Plain("Drops /v1, and retries on 429."))},
		Actions: []chatops.Action{
			{Label: "Promote to production", Command: "/promote red production 3.2.0", Style: chatops.StylePrimary, Confirm: "Promote red 3.2.0 to production?", InThread: true},
			{Label: "Show diff", Command: "/diff red production"},
		},
		Links: []chatops.Link{{Label: "Release", URL: "https://github.com/acme/microsvcs/releases/tag/red/3.2.0"}},
	}
}

func alertCard() chatops.Card {
	return chatops.Card{
		Title: "Promotion of red 3.2.0 to production failed at argocd-update (step 5 of 5)", State: chatops.StateFailed, Status: "25 Nov 12:31 UTC",
		Facts:   []chatops.Text{chatops.Line(chatops.Plain("3.1.0 → "), chatops.Bold("3.2.0")), chatops.Line(chatops.Plain("by Kargo"))},
		Body:    failedCard().Body,
		Actions: []chatops.Action{{Label: "Retry", Command: "/promote red production 3.2.0", Confirm: "Promote red 3.2.0 to production again?"}},
		Links:   runningCard().Links,
	}
}
