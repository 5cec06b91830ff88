package slack

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// Where the bot isn't a member, the person who asked is told alone.

func TestNotInChannel(t *testing.T) {
	for _, channel := range []string{outChannel, hidden} {
		t.Run(channel, func(t *testing.T) {
			w := newWorld(t)
			m := w.command(t, channel)
			id := w.post(t, m)
			messages := w.slack.Messages(channel)
			if len(messages) != 1 || messages[0].EphemeralTo != "U42" {
				t.Fatalf("messages:\n%s", w.slack.Transcript(messages))
			}
			if got := w.slack.PlainText(messages[0]); !strings.Contains(got, "Promote red to production") || !strings.Contains(got, "Invite me with /invite @kargo-bot to see progress here.") {
				t.Errorf("the person reads:\n%s", got)
			}

			// Each step would use the response_url up.
			for range 10 {
				if err := w.sink.Update(t.Context(), id, m); err != nil {
					t.Fatal(err)
				}
			}
			if used := w.slack.Calls()[slackfake.MethodResponseURL]; used != 1 {
				t.Errorf("the response_url was used %d times, want once so far", used)
			}

			w.clock.step(20 * time.Minute)
			w.post(t, result(m, id))
			messages = w.slack.Messages(channel)
			last := messages[len(messages)-1]
			if got := w.slack.PlainText(last); last.EphemeralTo != "U42" || !strings.HasPrefix(got, "@octocat red 3.2.0 is live in production") {
				t.Errorf("the person reads:\n%s", got)
			}
			w.noMistakes(t, "not_in_channel", "channel_not_found")
		})
	}
}

func TestResponseURLIsOver(t *testing.T) {
	for name, end := range map[string]func(*world){
		"expired":           func(w *world) { w.clock.step(31 * time.Minute) },
		"used up":           func(w *world) { w.slack.FailNext(slackfake.MethodResponseURL, 1, slackfake.APIError("used_url")) },
		"unknown to Slack":  func(w *world) { w.slack.FailNext(slackfake.MethodResponseURL, 1, slackfake.ServerError(404)) },
		"expired for Slack": func(w *world) { w.slack.FailNext(slackfake.MethodResponseURL, 1, slackfake.APIError("expired_url")) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m := w.command(t, outChannel)
			id := w.post(t, m)
			end(w)
			w.post(t, result(m, id))
			dm, err := w.slack.OpenDM("U42")
			if err != nil {
				t.Fatal(err)
			}
			if said := w.said(dm); len(said) != 1 || !strings.HasPrefix(said[0], "@octocat red 3.2.0 is live") || !strings.Contains(said[0], "Asked in #random") {
				t.Errorf("the person is told: %q", said)
			}
			w.noMistakes(t, "not_in_channel")
		})
	}
}

func TestResponseURLIsUsedUp(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, outChannel)
	for range 7 {
		w.post(t, m)
	}
	dm, _ := w.slack.OpenDM("U42")
	if inChannel, direct := len(w.said(outChannel)), len(w.said(dm)); inChannel != 5 || direct != 2 {
		t.Errorf("%d messages through the response_url and %d direct ones, want 5 and 2", inChannel, direct)
	}
	w.noMistakes(t, "not_in_channel", "used_url")
}

// TestDirectCard has no response_url: the whole promotion is followed in direct messages.
func TestDirectCard(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, outChannel)
	m.SealedReply = ""
	id := w.post(t, m)
	m.Card.Title, m.Card.State = "red 3.2.0 is live in production", chatops.StateSucceeded
	if err := w.sink.Update(t.Context(), id, m); err != nil {
		t.Fatal(err)
	}
	w.post(t, result(m, id))
	dm, _ := w.slack.OpenDM("U42")
	messages := w.slack.Messages(dm)
	if len(messages) != 2 || messages[1].ThreadTS != messages[0].TS {
		t.Fatalf("messages:\n%s", w.slack.Transcript(messages))
	}
	for i, want := range []string{"red 3.2.0 is live in production\n", "@octocat red 3.2.0 is live in production\n"} {
		if got := w.slack.PlainText(messages[i]); !strings.HasPrefix(got, want) || !strings.Contains(got, "Asked in #random, where I'm not a member.") {
			t.Errorf("the person reads:\n%s", got)
		}
	}
	if len(w.said(outChannel)) > 0 {
		t.Error("something was said in the channel")
	}
	w.noMistakes(t, "not_in_channel")
}

func TestDirectCardIsFound(t *testing.T) {
	for name, lose := range map[string]string{"card": "", "result": idResponse} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			m := w.command(t, outChannel)
			m.SealedReply = ""
			if lose != "" {
				m = result(m, lose)
			}
			if found, err := w.sink.Find(t.Context(), m); err != nil || found != "" {
				t.Fatalf("Find = %q, %v", found, err)
			}
			w.slack.SetFault(func(r slackfake.Request) slackfake.Fault {
				if r.Method == "chat.postMessage" && r.Channel == "U42" {
					return slackfake.LoseAnswer()
				}
				return slackfake.Fault{}
			})
			if _, err := w.sink.Post(t.Context(), m); err == nil || isKnown(err) {
				t.Fatalf("Post = %v", err)
			}
			if found, err := w.sink.Find(t.Context(), m); err != nil || !strings.HasPrefix(found, "D") {
				t.Errorf("Find = %q, %v", found, err)
			}
			w.noMistakes(t, "not_in_channel")
		})
	}
}

// TestKickedOut has the bot leave between the card and the end.
func TestKickedOut(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	id := w.post(t, m)
	if err := w.slack.Kick(inChannel); err != nil {
		t.Fatal(err)
	}
	w.post(t, result(m, id))
	messages := w.slack.Messages(inChannel)
	if last := messages[len(messages)-1]; len(messages) != 2 || last.EphemeralTo != "U42" {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t, "not_in_channel")
}

func TestResponseURLTrouble(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, outChannel)
	w.slack.FailNext(slackfake.MethodResponseURL, 1, slackfake.RateLimited(5*time.Second))
	_, err := w.sink.Post(t.Context(), m)
	if deferred := (*notify.Deferred)(nil); !errors.As(err, &deferred) || deferred.After != 5*time.Second {
		t.Errorf("Post = %v, want to be deferred by 5 s", err)
	}
	w.clock.step(5 * time.Second)
	w.slack.FailNext(slackfake.MethodResponseURL, 1, slackfake.ServerError(502))
	if _, err := w.sink.Post(t.Context(), m); err == nil || isKnown(err) {
		t.Errorf("Post = %v, want an error to be tried again", err)
	}
	if id := w.post(t, m); id != idResponse {
		t.Errorf("id = %q", id)
	}
}

func TestNobodyCanBeReached(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, outChannel)
	m.SealedReply = "someone wrote this by hand"
	m.Target.Slack = &v1alpha1.SlackOrigin{Team: "T01", Channel: outChannel, User: "U99"}
	_, err := w.sink.Post(t.Context(), m)
	var undeliverable *notify.Undeliverable
	if !errors.As(err, &undeliverable) || !strings.Contains(undeliverable.Reason, "can't reach the person") {
		t.Errorf("Post = %v", err)
	}
}

func TestAppThatMayNotReadDirectMessages(t *testing.T) {
	w := newWorld(t, func(c *slackfake.Config) {
		c.App.Scopes = []string{"chat:write", "commands", "channels:history", "im:write", "users:read"}
	})
	m := w.command(t, outChannel)
	if found, err := w.sink.Find(t.Context(), m); err != nil || found != "" {
		t.Errorf("Find = %q, %v", found, err)
	}
}
