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

func TestCardInChannel(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	id := w.post(t, m)
	if got := w.sink.Address(m); got != inChannel {
		t.Errorf("Address = %q", got)
	}
	m.Card.Title, m.Card.State = "red 3.2.0 is live in production", chatops.StateSucceeded
	if err := w.sink.Update(t.Context(), id, m); err != nil {
		t.Fatal(err)
	}
	resultID := w.post(t, result(m, id))

	messages := w.slack.Messages(inChannel)
	if len(messages) != 2 {
		t.Fatalf("there are %d messages, want the card and the result:\n%s", len(messages), w.slack.Transcript(messages))
	}
	card, reply := messages[0], messages[1]
	if len(card.Versions) != 2 || !strings.Contains(w.slack.PlainText(card), "red 3.2.0 is live") {
		t.Errorf("the card has %d versions and says:\n%s", len(card.Versions), w.slack.PlainText(card))
	}
	if reply.ThreadTS != card.TS || !strings.HasPrefix(w.slack.PlainText(reply), "@octocat red 3.2.0 is live in production") {
		t.Errorf("the reply is in thread %q (the card is %q) and says:\n%s", reply.ThreadTS, card.TS, w.slack.PlainText(reply))
	}
	for want, message := range map[string]slackfake.Message{id: card, resultID: reply} {
		if got := message.Channel + ":" + message.TS; got != want {
			t.Errorf("ID = %q, want %q", got, want)
		}
		if message.Metadata == nil || message.Metadata.EventType != "kargo_bot" {
			t.Errorf("the message is not marked: %+v", message.Metadata)
		}
	}
	w.noMistakes(t)
}

// TestLostAnswer cuts the connection after Slack has the message: it is found, not sent again.
func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	w.slack.FailNext("chat.postMessage", 1, slackfake.LoseAnswer())
	if _, err := w.sink.Post(t.Context(), m); err == nil || isKnown(err) {
		t.Fatalf("Post = %v, want an error after which nothing is known", err)
	}
	id, err := w.sink.Find(t.Context(), m)
	if err != nil || id == "" {
		t.Fatalf("Find = %q, %v", id, err)
	}
	if err := w.sink.Update(t.Context(), id, m); err != nil {
		t.Fatal(err)
	}

	// The same below the card.
	end := result(m, id)
	if found, err := w.sink.Find(t.Context(), end); err != nil || found != "" {
		t.Fatalf("Find = %q, %v before the result is sent", found, err)
	}
	w.clock.step(postInterval)
	w.slack.FailNext("chat.postMessage", 1, slackfake.LoseAnswer())
	if _, err := w.sink.Post(t.Context(), end); err == nil {
		t.Fatal("the answer was not lost")
	}
	found, err := w.sink.Find(t.Context(), end)
	if err != nil || found == "" || found == id {
		t.Fatalf("Find = %q, %v, the card is %q", found, err, id)
	}
	if n := len(w.slack.Messages(inChannel)); n != 2 {
		t.Errorf("there are %d messages, want 2", n)
	}
	w.noMistakes(t)
}

// isKnown reports whether an error tells that nothing was sent.
func isKnown(err error) bool {
	var deferred *notify.Deferred
	var undeliverable *notify.Undeliverable
	return errors.As(err, &deferred) || errors.As(err, &undeliverable)
}

func TestFindReadsOn(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	id := w.post(t, m)
	for range 2*searchPage + 10 {
		if _, err := w.slack.Say("U43", inChannel, "", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := w.sink.Find(t.Context(), m); err != nil || found != id {
		t.Errorf("Find = %q, %v, want %q", found, err, id)
	}
	if calls := w.slack.Calls()["conversations.history"]; calls != 3 {
		t.Errorf("%d pages were read, want 3", calls)
	}
	m.Marker += "x"
	if found, err := w.sink.Find(t.Context(), m); err != nil || found != "" {
		t.Errorf("Find = %q, %v for another marker", found, err)
	}
	w.noMistakes(t)
}

func TestFindDoesNotReadOnForEver(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	for range searchPages*searchPage + 1 {
		if _, err := w.slack.Say("U43", inChannel, "", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.sink.Find(t.Context(), m)
	var undeliverable *notify.Undeliverable
	if !errors.As(err, &undeliverable) || !strings.Contains(undeliverable.Reason, "may be there or not") {
		t.Errorf("Find = %v", err)
	}
	// What is older than the request isn't looked at.
	m.Since = w.clock.Now().Add(time.Hour)
	if found, err := w.sink.Find(t.Context(), m); err != nil || found != "" {
		t.Errorf("Find = %q, %v", found, err)
	}
}

func TestRateLimited(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	w.slack.FailNext("chat.postMessage", 1, slackfake.RateLimited(30*time.Second))
	for range 3 {
		_, err := w.sink.Post(t.Context(), m)
		var deferred *notify.Deferred
		if !errors.As(err, &deferred) || deferred.After != 30*time.Second {
			t.Fatalf("Post = %v, want to be deferred by 30 s", err)
		}
	}
	if calls := w.slack.Calls()["chat.postMessage"]; calls != 1 {
		t.Errorf("Slack was called %d times, although it asked to be left alone", calls)
	}
	if _, err := w.sink.Find(t.Context(), m); err != nil {
		t.Errorf("another method is held up too: %v", err)
	}
	w.clock.step(20 * time.Second)
	_, err := w.sink.Post(t.Context(), m)
	if deferred := (*notify.Deferred)(nil); !errors.As(err, &deferred) || deferred.After != 10*time.Second {
		t.Errorf("Post = %v, want to be deferred by what is left", err)
	}
	w.clock.step(10 * time.Second)
	w.post(t, m)
	w.noMistakes(t)
}

func TestTroubleThatPasses(t *testing.T) {
	for name, fault := range map[string]slackfake.Fault{
		"server error":   slackfake.ServerError(503),
		"internal error": slackfake.APIError("internal_error"),
		"cut":            slackfake.CutConnection(),
		"revoked token":  slackfake.APIError("token_revoked"),
	} {
		w := newWorld(t)
		w.slack.FailNext("chat.postMessage", 1, fault)
		if _, err := w.sink.Post(t.Context(), w.command(t, inChannel)); err == nil || isKnown(err) {
			t.Errorf("%s: Post = %v, want an error to be tried again", name, err)
		}
	}
}

func TestUndeliverable(t *testing.T) {
	for name, test := range map[string]struct {
		method string
		code   string
		reason string
	}{
		"deleted":     {"chat.update", "message_not_found", "deleted"},
		"not ours":    {"chat.update", "cant_update_message", "deleted"},
		"too late":    {"chat.update", "edit_window_closed", "edited"},
		"kicked":      {"chat.update", "channel_not_found", "not in the Slack channel"},
		"archived":    {"chat.postMessage", "is_archived", "archived"},
		"read only":   {"chat.postMessage", "restricted_action", "doesn't let me post"},
		"bad blocks":  {"chat.postMessage", "invalid_blocks", "form of the message"},
		"lacks scope": {"chat.postMessage", "missing_scope", "scope"},
	} {
		w := newWorld(t)
		m := w.command(t, inChannel)
		id := "C7:1763812800.000100"
		w.slack.FailNext(test.method, 1, slackfake.APIError(test.code))
		var err error
		if test.method == "chat.update" {
			err = w.sink.Update(t.Context(), id, m)
		} else {
			_, err = w.sink.Post(t.Context(), m)
		}
		var undeliverable *notify.Undeliverable
		if !errors.As(err, &undeliverable) || !strings.Contains(undeliverable.Reason, test.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDeletedCard(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	gone := "C7:1763812799.000100"
	var undeliverable *notify.Undeliverable
	if err := w.sink.Update(t.Context(), gone, m); !errors.As(err, &undeliverable) {
		t.Errorf("Update = %v", err)
	}
	// The end is told all the same, and found again.
	end := result(m, gone)
	id := w.post(t, end)
	if found, err := w.sink.Find(t.Context(), end); err != nil || found != id {
		t.Errorf("Find = %q, %v, want %q", found, err, id)
	}
	if said := w.said(inChannel); len(said) != 1 || !strings.HasPrefix(said[0], "@octocat red 3.2.0 is live") {
		t.Errorf("the channel reads: %q", said)
	}
	w.noMistakes(t, "message_not_found", "thread_not_found")
}

func TestReactionIsNothing(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	m.Part = v1alpha1.PartReaction
	id := w.post(t, m)
	if err := w.sink.Update(t.Context(), id, m); err != nil || id == "" {
		t.Errorf("id %q, %v", id, err)
	}
	if found, err := w.sink.Find(t.Context(), m); found != "" || err != nil {
		t.Errorf("Find = %q, %v", found, err)
	}
	if calls := w.slack.Calls(); len(calls) > 0 {
		t.Errorf("calls = %v", calls)
	}
}

func TestNonsense(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	var undeliverable *notify.Undeliverable
	for _, id := range []string{"", "C7", "C7:", ":1.2", "C7:abc", "c7:1.2", "https://a.example:1.2"} {
		if err := w.sink.Update(t.Context(), id, m); !errors.As(err, &undeliverable) {
			t.Errorf("Update(%q) = %v", id, err)
		}
	}
	for name, origin := range map[string]*v1alpha1.SlackOrigin{
		"none": nil, "empty": {}, "a user that is none": {Team: "T01", Channel: "C7", User: "octocat"},
	} {
		m.Target.Slack = origin
		if _, err := w.sink.Post(t.Context(), m); !errors.As(err, &undeliverable) {
			t.Errorf("Post to %s = %v", name, err)
		}
		if _, err := w.sink.Find(t.Context(), m); !errors.As(err, &undeliverable) {
			t.Errorf("Find in %s = %v", name, err)
		}
	}
	if calls := w.slack.Calls(); len(calls) > 0 {
		t.Errorf("calls = %v", calls)
	}
}
