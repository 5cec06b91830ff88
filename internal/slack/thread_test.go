package slack

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// inThread has a message in the channel, and returns its timestamp and the card of what was asked for there.
func (w *world) inThread(t *testing.T) (head string, m notify.Message) {
	t.Helper()
	said, err := w.slack.Say("U43", inChannel, "", "red 3.2.0 is waiting for production")
	if err != nil {
		t.Fatal(err)
	}
	m = w.command(t, inChannel)
	m.Target.Slack.Thread = said.TS
	return said.TS, m
}

// delete has the app's message deleted.
func (w *world) delete(t *testing.T, channel, ts string) {
	t.Helper()
	if _, _, err := w.client.api.DeleteMessageContext(t.Context(), channel, ts); err != nil {
		t.Fatal(err)
	}
}

func TestAnswerInAThread(t *testing.T) {
	w := newWorld(t)
	head, m := w.inThread(t)
	id := w.post(t, m)
	m.Card.Title, m.Card.State = "red 3.2.0 is live in production", chatops.StateSucceeded
	if err := w.sink.Update(t.Context(), id, m); err != nil {
		t.Fatal(err)
	}
	w.post(t, result(m, id))
	messages := w.slack.Messages(inChannel)
	if len(messages) != 3 || messages[1].ThreadTS != head || messages[2].ThreadTS != head || messages[1].Broadcast || messages[2].Broadcast {
		t.Fatalf("messages:\n%s", w.slack.Transcript(messages))
	}
	if card, end := w.slack.PlainText(messages[1]), w.slack.PlainText(messages[2]); !strings.HasPrefix(card, "red 3.2.0 is live") || !strings.HasPrefix(end, "@octocat red 3.2.0 is live") {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t)
}

// TestLostAnswerInAThread cuts the connection after Slack has the messages: they are found in the thread.
func TestLostAnswerInAThread(t *testing.T) {
	w := newWorld(t)
	_, m := w.inThread(t)
	lose := func(m notify.Message) string {
		t.Helper()
		if found, err := w.sink.Find(t.Context(), m); found != "" || err != nil {
			t.Fatalf("Find = %q, %v before it is sent", found, err)
		}
		w.clock.step(postInterval)
		w.slack.FailNext("chat.postMessage", 1, slackfake.LoseAnswer())
		if _, err := w.sink.Post(t.Context(), m); err == nil || isKnown(err) {
			t.Fatalf("Post = %v, want an error after which nothing is known", err)
		}
		id, err := w.sink.Find(t.Context(), m)
		if err != nil {
			t.Fatal(err)
		}
		messages := w.slack.Messages(inChannel)
		if want := inChannel + ":" + messages[len(messages)-1].TS; id != want {
			t.Errorf("Find = %q, want %q", id, want)
		}
		return id
	}
	lose(result(m, lose(m)))
	w.noMistakes(t)
}

// TestHeadOfTheThreadIsDeleted before anything is said in there: all of it is said in the channel, as if there had
// been no thread.
func TestHeadOfTheThreadIsDeleted(t *testing.T) {
	w := newWorld(t)
	m := w.command(t, inChannel)
	m.Target.Slack.Thread = "1763812799.000100"
	id := w.post(t, m)
	if found, err := w.sink.Find(t.Context(), m); err != nil || found != id {
		t.Errorf("Find = %q, %v, want %q", found, err, id)
	}
	end := result(m, id)
	endID := w.post(t, end)
	if found, err := w.sink.Find(t.Context(), end); err != nil || found != endID {
		t.Errorf("Find = %q, %v, want %q", found, err, endID)
	}
	messages := w.slack.Messages(inChannel)
	if len(messages) != 2 || messages[0].ThreadTS != "" || messages[1].ThreadTS != messages[0].TS {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t, "thread_not_found")
}

// TestHeadOfTheThreadIsDeletedMeanwhile has the result follow the card, which is a reply to nothing then.
func TestHeadOfTheThreadIsDeletedMeanwhile(t *testing.T) {
	w := newWorld(t)
	head, err := w.client.post(t.Context(), destination{channel: inChannel}, renderCard(releaseCard(), note{}), "release")
	if err != nil {
		t.Fatal(err)
	}
	m := w.command(t, inChannel)
	m.Target.Slack.Thread = head.ts
	id := w.post(t, m)
	w.delete(t, inChannel, head.ts)
	end := result(m, id)
	endID := w.post(t, end)
	if found, err := w.sink.Find(t.Context(), end); err != nil || found != endID {
		t.Errorf("Find = %q, %v, want %q", found, err, endID)
	}
	messages := w.slack.Messages(inChannel)
	if last := messages[len(messages)-1]; len(messages) != 2 || last.ThreadTS != "" || !strings.HasPrefix(w.slack.PlainText(last), "@octocat") {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t, "thread_not_found", "cannot_reply_to_message")
}

// TestKickedOutOfTheThread has the bot leave the channel: the thread is of no use in the direct messages.
func TestKickedOutOfTheThread(t *testing.T) {
	w := newWorld(t)
	_, m := w.inThread(t)
	if err := w.slack.Kick(inChannel); err != nil {
		t.Fatal(err)
	}
	m.SealedReply = ""
	w.post(t, result(m, w.post(t, m)))
	dm, err := w.slack.OpenDM("U42")
	if err != nil {
		t.Fatal(err)
	}
	messages := w.slack.Messages(dm)
	if len(messages) != 2 || messages[1].ThreadTS != messages[0].TS {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t, "not_in_channel")
}

// TestClickOnAReply has the button of an alert, which is in a thread: so is the answer, since a reply has no thread
// of its own.
func TestClickOnAReply(t *testing.T) {
	w := newClickWorld(t, recorded)
	head, err := w.slack.Say("U42", inChannel, "", "red 3.2.0 did not pass its verification")
	if err != nil {
		t.Fatal(err)
	}
	reply, err := w.client.post(t.Context(), destination{channel: inChannel, thread: head.TS}, renderCard(releaseCard(), note{}), "alert")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.driver.ButtonClick(soon(t), w.click(reply.ts)); err != nil {
		t.Fatal(err)
	}
	if got := w.requests[0].Origin.Slack.Thread; got != head.TS {
		t.Errorf("the answer belongs in %q, want %q", got, head.TS)
	}
	m := w.command(t, inChannel)
	m.Target.Origin = w.requests[0].Origin
	w.post(t, m)
	messages := w.slack.Messages(inChannel)
	if last := messages[len(messages)-1]; last.ThreadTS != head.TS {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	w.noMistakes(t)
}
