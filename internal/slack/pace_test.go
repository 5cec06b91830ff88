package slack

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// strict is a Slack that takes one message a second in a channel, and no more.
func strict(c *slackfake.Config) { c.PerChannelInterval, c.PerChannelBurst = time.Second, 1 }

func TestOneMessageASecondInAChannel(t *testing.T) {
	w := newAnnounceWorld(t, strict)
	m := w.command(t, inChannel)
	id := w.post(t, m)
	_, err := w.sink.Post(t.Context(), result(m, id))
	defers(t, err, time.Second)
	w.clock.step(700 * time.Millisecond)
	_, err = w.channels.Post(t.Context(), w.release("#deploys"))
	// A person waits for the result: the channel is kept for it.
	defers(t, err, 1300*time.Millisecond)
	if err := w.sink.Update(t.Context(), id, m); err != nil {
		t.Errorf("an edit is no message: %v", err)
	}
	if _, err := w.channels.Post(t.Context(), w.release("U42")); err != nil {
		t.Errorf("another channel is held up too: %v", err)
	}
	w.clock.step(300 * time.Millisecond)
	if _, err := w.sink.Post(t.Context(), result(m, id)); err != nil {
		t.Error(err)
	}
	w.announce(t, w.release("#deploys"))
	if calls := w.slack.Calls()["chat.postMessage"]; calls != 4 {
		t.Errorf("Slack was asked %d times, want once a message", calls)
	}
	w.noMistakes(t)
}

// TestWhoWaitsGoesFirst has a crowd of announcements before the channel, and somebody who waits.
func TestWhoWaitsGoesFirst(t *testing.T) {
	w := newAnnounceWorld(t, strict)
	const crowd = 20
	told := map[int]bool{}
	asked, at := false, time.Duration(0)
	for now := time.Duration(0); now < 30*time.Second; now += 100 * time.Millisecond {
		for i := range crowd {
			if told[i] {
				continue
			}
			m := w.release("#deploys")
			m.Marker += fmt.Sprint(i)
			if _, err := w.channels.Post(t.Context(), m); err == nil {
				told[i] = true
			} else if !isKnown(err) {
				t.Fatal(err)
			}
		}
		// As a Deliverer does, the one who waits comes once a second.
		if now >= 10*time.Second && now%time.Second == 300*time.Millisecond && !asked {
			_, err := w.sink.Post(t.Context(), w.command(t, inChannel))
			asked, at = err == nil, now
		}
		w.clock.step(100 * time.Millisecond)
	}
	if !asked || at > 12*time.Second {
		t.Errorf("who asked after 10 s was answered after %s (%t), behind the crowd", at, asked)
	}
	if len(told) != crowd {
		t.Errorf("%d of %d announcements came through", len(told), crowd)
	}
	w.noMistakes(t)
}

// TestRefusedMessageTakesNoTurn has the bot try twice in one go, where the thread is gone.
func TestRefusedMessageTakesNoTurn(t *testing.T) {
	w := newAnnounceWorld(t, strict)
	w.announce(t, alert(w.release("#deploys"), inChannel+":1763812799.000100"))
	if n := len(w.slack.Messages(inChannel)); n != 1 {
		t.Errorf("there are %d messages", n)
	}
}

// TestPaceCountsFromTheAnswer has a message that is long on its way: no other goes out meanwhile, nor in the
// second after.
func TestPaceCountsFromTheAnswer(t *testing.T) {
	clock := &stepClock{now: time.Date(2025, 11, 22, 12, 0, 0, 0, time.UTC)}
	p := newPace(clock.Now)
	wants := func(want time.Duration) {
		t.Helper()
		if wait := p.begin("C7", true); wait != want {
			t.Errorf("the wait is %s, want %s", wait, want)
		}
	}
	wants(0)
	clock.step(5 * time.Second)
	wants(time.Second)
	p.end("C7", true)
	wants(time.Second)
	clock.step(999 * time.Millisecond)
	wants(time.Millisecond)
	clock.step(time.Millisecond)
	wants(0)
	p.end("C7", false)
	wants(0)
}

func TestPaceSurvivesAClockThatIsSetBack(t *testing.T) {
	clock := &stepClock{now: time.Date(2025, 11, 22, 12, 0, 0, 0, time.UTC)}
	p := newPace(clock.Now)
	p.begin("C7", false)
	p.end("C7", true)
	p.begin("C7", false) // and is told to come back
	clock.step(-time.Hour)
	if wait := p.begin("C7", true); wait != 0 {
		t.Errorf("the wait is %s", wait)
	}
}

func TestPaceForgets(t *testing.T) {
	clock := &stepClock{now: time.Date(2025, 11, 22, 12, 0, 0, 0, time.UTC)}
	p := newPace(clock.Now)
	for i := range 10 * maxPaced {
		channel := fmt.Sprint("C", i)
		if wait := p.begin(channel, false); wait != 0 {
			t.Fatalf("the wait is %s", wait)
		}
		p.end(channel, true)
		clock.step(50 * time.Millisecond)
	}
	if n := len(p.channels); n > maxPaced {
		t.Errorf("%d channels are remembered, want at most %d", n, maxPaced)
	}
}

// TestOnePaceForDirectMessages has the two ways to the same direct messages.
func TestOnePaceForDirectMessages(t *testing.T) {
	w := newAnnounceWorld(t, strict)
	m := w.command(t, outChannel)
	m.SealedReply = ""
	w.post(t, m) // directly, since the bot isn't in the channel
	_, err := w.channels.Post(t.Context(), w.release("U42"))
	defers(t, err, time.Second)
	w.announce(t, w.release("U42"))
	if _, err := w.sink.Post(t.Context(), m); !errors.As(err, new(*rateLimited)) {
		t.Errorf("got %v, want it to be too early", err)
	}
	w.noMistakes(t, "not_in_channel")
}
