package slack

import (
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// TestTroubleWithAChannel has messages meet what somebody can mend: they are deferred, Slack is asked once a
// minute, the log says it once, and when it is mended they go out.
func TestTroubleWithAChannel(t *testing.T) {
	for name, test := range map[string]struct {
		to      string
		scopes  []string
		trouble string
		method  string
		mend    func(*slackfake.Slack) error
		refusal string
	}{
		"no such channel": {
			to: "#ships", method: "conversations.list",
			trouble: "kargo-bot finds no channel #ships: check the name, and if the channel is private, /invite @kargo-bot there.",
			mend: func(s *slackfake.Slack) error {
				return s.AddChannel(slackfake.Channel{ID: "C11", Name: "ships", BotIn: true})
			},
		},
		"private": {
			to: "#secret-plans", method: "conversations.list",
			trouble: "kargo-bot finds no channel #secret-plans: check the name, and if the channel is private, /invite @kargo-bot there.",
			mend:    func(s *slackfake.Slack) error { return s.Invite(hidden) },
		},
		"private, by ID": {
			to: hidden, method: "chat.postMessage", refusal: "channel_not_found",
			trouble: "kargo-bot finds no channel C9: check the name, and if the channel is private, /invite @kargo-bot there.",
			mend:    func(s *slackfake.Slack) error { return s.Invite(hidden) },
		},
		"not invited": {
			to: "#random", method: "chat.postMessage", refusal: "not_in_channel",
			trouble: "kargo-bot is not in #random: /invite @kargo-bot there.",
			mend:    func(s *slackfake.Slack) error { return s.Invite(outChannel) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newAnnounceWorld(t)
			m := w.release(test.to)
			_, err := w.channels.Post(t.Context(), m)
			defers(t, err, time.Minute)
			w.clock.step(20 * time.Second)
			for range 3 {
				_, err = w.channels.Post(t.Context(), m)
				defers(t, err, 40*time.Second)
			}
			if _, err = w.channels.Find(t.Context(), m); !isKnown(err) {
				t.Errorf("Find = %v", err)
			}
			if calls := w.slack.Calls()[test.method]; calls != 1 {
				t.Errorf("Slack was asked %d times, want once a minute", calls)
			}
			w.clock.step(40 * time.Second)
			_, err = w.channels.Post(t.Context(), m)
			defers(t, err, time.Minute)
			if got := w.channels.Trouble(test.to); got != test.trouble {
				t.Errorf("trouble: %q, want %q", got, test.trouble)
			}
			if n := strings.Count(w.log.String(), "slack can't be told"); n != 1 || !strings.Contains(w.log.String(), test.trouble) {
				t.Errorf("it is logged %d times, want once:\n%s", n, w.log)
			}

			if err := test.mend(w.slack); err != nil {
				t.Fatal(err)
			}
			w.clock.step(time.Minute)
			w.announce(t, m)
			if got := w.channels.Trouble(test.to); got != "" || !strings.Contains(w.log.String(), "slack can be told again") {
				t.Errorf("trouble is still %q; log:\n%s", got, w.log)
			}
			w.noMistakes(t, test.refusal)
		})
	}
}

// TestKickedOutOfAnAnnouncement has the bot leave a channel whose messages it keeps up to date.
func TestKickedOutOfAnAnnouncement(t *testing.T) {
	w := newAnnounceWorld(t)
	m := w.release("#random")
	if err := w.slack.Invite(outChannel); err != nil {
		t.Fatal(err)
	}
	id := w.announce(t, m)
	w.slack.FailNext("chat.update", 1, slackfake.APIError("channel_not_found"))
	for range 2 {
		defers(t, w.channels.Update(t.Context(), id, m), time.Minute)
	}
	w.clock.step(time.Minute)
	if err := w.channels.Update(t.Context(), id, m); err != nil {
		t.Errorf("Update = %v after the bot is back", err)
	}
}

func TestArchivedChannel(t *testing.T) {
	w := newAnnounceWorld(t)
	_, err := w.channels.Post(t.Context(), w.release("C6"))
	givesUp(t, err, "C6 is archived in Slack.")
	w.announce(t, w.release("#deploys"))
	if err := w.slack.Archive(inChannel); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		w.clock.step(postInterval)
		_, err = w.channels.Post(t.Context(), w.release("#deploys"))
		givesUp(t, err, "#deploys is archived in Slack.")
	}
	if got := w.channels.Trouble("#deploys"); got != "#deploys is archived in Slack." {
		t.Errorf("trouble: %q", got)
	}
}

func TestScopesThatAreMissing(t *testing.T) {
	for scope, to := range map[string]string{"groups:read": "#deploys", "channels:read": "#deploys", "im:write": "U42"} {
		w := newAnnounceWorld(t, func(c *slackfake.Config) {
			for _, s := range slackfake.DefaultScopes() {
				if s != scope {
					c.App.Scopes = append(c.App.Scopes, s)
				}
			}
		})
		_, err := w.channels.Post(t.Context(), w.release(to))
		defers(t, err, time.Minute)
		if want := "The Slack app lacks a scope (" + scope + "): add it on the app's page and install it again."; w.channels.Trouble(to) != want {
			t.Errorf("trouble: %q, want %q", w.channels.Trouble(to), want)
		}
	}
}

func TestReadOnlyChannel(t *testing.T) {
	w := newAnnounceWorld(t)
	w.slack.FailNext("chat.postMessage", 1, slackfake.APIError("restricted_action"))
	_, err := w.channels.Post(t.Context(), w.release("#deploys"))
	givesUp(t, err, "The workspace doesn't let me post in that Slack channel.")
}
