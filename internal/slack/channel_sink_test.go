package slack

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestAnnouncementInAChannel(t *testing.T) {
	for _, name := range []string{"#deploys", "#Deploys", inChannel} {
		t.Run(name, func(t *testing.T) {
			w := newAnnounceWorld(t)
			m := w.release(name)
			if got := w.channels.Address(m); got != name {
				t.Errorf("Address = %q", got)
			}
			id := w.announce(t, m)
			replyID := w.announce(t, alert(m, id))
			m.Card.Title, m.Card.Actions = "red 3.2.0 is live in production", nil
			if err := w.channels.Update(t.Context(), id, m); err != nil {
				t.Fatal(err)
			}

			messages := w.slack.Messages(inChannel)
			if len(messages) != 2 {
				t.Fatalf("messages:\n%s", w.slack.Transcript(messages))
			}
			card, reply := messages[0], messages[1]
			if said := w.slack.PlainText(card); !strings.HasPrefix(said, "red 3.2.0 is live in production\n") || strings.Contains(said, "[Promote") || len(card.Versions) != 2 {
				t.Errorf("the card has %d versions and says:\n%s", len(card.Versions), said)
			}
			if said := w.slack.PlainText(reply); reply.ThreadTS != card.TS || !strings.HasPrefix(said, "@platform Promotion of red 3.2.0 to production failed") {
				t.Errorf("the reply is in thread %q (the card is %q) and says:\n%s", reply.ThreadTS, card.TS, said)
			}
			for want, message := range map[string]slackfake.Message{id: card, replyID: reply} {
				if got := message.Channel + ":" + message.TS; got != want {
					t.Errorf("ID = %q, want %q", got, want)
				}
			}
			if trouble := w.channels.Trouble(name); trouble != "" || w.log.Len() > 0 {
				t.Errorf("trouble %q, log %s", trouble, w.log)
			}
			w.noMistakes(t)
		})
	}
}

// TestLostAnnouncement cuts the connection after Slack has the message, and the bot dies of it.
func TestLostAnnouncement(t *testing.T) {
	for _, to := range []string{"#deploys", "U42"} {
		t.Run(to, func(t *testing.T) {
			w := newAnnounceWorld(t)
			m := w.release(to)
			lost := func(m notify.Message) string {
				t.Helper()
				if found, err := w.channels.Find(t.Context(), m); err != nil || found != "" {
					t.Fatalf("Find = %q, %v before it is sent", found, err)
				}
				w.clock.step(postInterval)
				w.slack.FailNext("chat.postMessage", 1, slackfake.FailAfter(503))
				if _, err := w.channels.Post(t.Context(), m); err == nil || isKnown(err) {
					t.Fatalf("Post = %v, want an error after which nothing is known", err)
				}
				w.restart(t)
				found, err := w.channels.Find(t.Context(), m)
				if err != nil || found == "" {
					t.Fatalf("Find = %q, %v", found, err)
				}
				return found
			}
			card := lost(m)
			if reply := lost(alert(m, card)); reply == card {
				t.Errorf("the reply is taken for the card, %s", card)
			}
			w.noMistakes(t)
		})
	}
}

func TestAlertWithoutItsCard(t *testing.T) {
	for name, replyTo := range map[string]string{"no card": "", "a deleted card": inChannel + ":1763812799.000100"} {
		t.Run(name, func(t *testing.T) {
			w := newAnnounceWorld(t)
			m := alert(w.release("#deploys"), replyTo)
			id := w.announce(t, m)
			messages := w.slack.Messages(inChannel)
			if len(messages) != 1 || messages[0].ThreadTS != "" || !strings.HasPrefix(w.slack.PlainText(messages[0]), "@platform Promotion of red") {
				t.Errorf("messages:\n%s", w.slack.Transcript(messages))
			}
			if found, err := w.channels.Find(t.Context(), m); err != nil || found != id {
				t.Errorf("Find = %q, %v, want %q", found, err, id)
			}
			w.noMistakes(t, "thread_not_found")
		})
	}
}

func TestCardThatCallsSomebody(t *testing.T) {
	w := newAnnounceWorld(t)
	m := w.release("#deploys")
	m.Mention = chatops.Actor{Source: chatops.SourceSlack, ID: "U42"}
	w.announce(t, m)
	if said := w.said(inChannel); len(said) != 1 || !strings.HasPrefix(said[0], "@octocat\nred 3.2.0 released\n") {
		t.Errorf("the channel reads: %q", said)
	}
	w.noMistakes(t)
}

func TestDirectMessages(t *testing.T) {
	w := newAnnounceWorld(t)
	m := w.release("U42")
	id := w.announce(t, m)
	w.announce(t, alert(m, id))
	dm, err := w.slack.OpenDM("U42")
	if err != nil {
		t.Fatal(err)
	}
	messages := w.slack.Messages(dm)
	if len(messages) != 2 || messages[1].ThreadTS != messages[0].TS {
		t.Errorf("messages:\n%s", w.slack.Transcript(messages))
	}
	if opened := w.slack.Calls()["conversations.open"]; opened != 1 {
		t.Errorf("the direct messages were opened %d times, want once", opened)
	}
	w.noMistakes(t)
}

func TestPeopleWhoCantBeTold(t *testing.T) {
	for _, user := range []string{"U44", "U45", "U99"} {
		w := newAnnounceWorld(t)
		_, err := w.channels.Post(t.Context(), w.release(user))
		givesUp(t, err, "The person can't be reached in Slack.")
		if trouble := w.channels.Trouble(user); trouble != "The person can't be reached in Slack." {
			t.Errorf("trouble with %s: %q", user, trouble)
		}
	}
}

func TestAnnouncementsForNobody(t *testing.T) {
	w := newAnnounceWorld(t)
	for name, channel := range map[string]*notify.Channel{
		"none": nil, "empty": {}, "no name": {Name: "#"}, "no ID": {Name: "deploys"}, "a link": {Name: "https://a.example"},
	} {
		m := w.release("#deploys")
		m.Target.Channel = channel
		_, err := w.channels.Post(t.Context(), m)
		givesUp(t, err, "It is not known which channel in Slack this is for.")
		if _, err = w.channels.Find(t.Context(), m); !isKnown(err) {
			t.Errorf("Find in %s = %v", name, err)
		}
		if err = w.channels.Update(t.Context(), inChannel+":1763812800.000100", m); !isKnown(err) {
			t.Errorf("Update in %s = %v", name, err)
		}
	}
	givesUp(t, w.channels.Update(t.Context(), "response_url", w.release("#deploys")), `"response_url" is not the ID of a message in Slack.`)
	if got := w.channels.Address(notify.Message{}); got != "" {
		t.Errorf("Address = %q", got)
	}
	if calls := w.slack.Calls(); len(calls) > 0 {
		t.Errorf("calls = %v", calls)
	}
}

func TestAnnouncementIsRateLimited(t *testing.T) {
	w := newAnnounceWorld(t)
	w.slack.FailNext("chat.postMessage", 1, slackfake.RateLimited(30*time.Second))
	for range 2 {
		_, err := w.channels.Post(t.Context(), w.release("#deploys"))
		defers(t, err, 30*time.Second)
	}
	if trouble := w.channels.Trouble("#deploys"); trouble != "" || w.log.Len() > 0 {
		t.Errorf("to slow down is no trouble: %q, log %s", trouble, w.log)
	}
}

func TestDeletedAnnouncement(t *testing.T) {
	w := newAnnounceWorld(t)
	givesUp(t, w.channels.Update(t.Context(), inChannel+":1763812799.000100", w.release("#deploys")), "The message in Slack was deleted.")
	if trouble := w.channels.Trouble("#deploys"); trouble != "" {
		t.Errorf("the channel has trouble: %q", trouble)
	}
}

func TestNewChannelSinkNeedsAClient(t *testing.T) {
	if _, err := NewChannelSink(ChannelSinkOptions{Log: slog.Default()}); err == nil {
		t.Error("a sink is made without a client")
	}
}
