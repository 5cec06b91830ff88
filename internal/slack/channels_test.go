package slack

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// manyChannels fills more than two pages; IDs sort behind those of the world.
func manyChannels(c *slackfake.Config) {
	for i := range 2*channelsPage + 10 {
		c.Channels = append(c.Channels, slackfake.Channel{ID: fmt.Sprintf("CX%05d", i), Name: fmt.Sprintf("many-%05d", i), BotIn: true})
	}
}

const (
	lastOfMany = "#many-02000"
	lastID     = "CX02000"
)

func TestChannelsAreReadOnce(t *testing.T) {
	w := newAnnounceWorld(t, manyChannels)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if id, err := w.channels.channels.id(t.Context(), lastOfMany); err != nil || id != lastID {
				t.Errorf("the channel is %q, %v", id, err)
			}
		})
	}
	wait.Wait()
	if id, err := w.channels.channels.id(t.Context(), "#deploys"); err != nil || id != inChannel {
		t.Errorf("the channel is %q, %v", id, err)
	}
	for range 3 {
		if _, err := w.channels.channels.id(t.Context(), "#nowhere"); !errors.Is(err, errNoChannel) {
			t.Errorf("got %v", err)
		}
	}
	if pages := w.slack.Calls()["conversations.list"]; pages != 3 {
		t.Errorf("%d pages were read, want 3", pages)
	}
	w.clock.step(time.Minute)
	if _, err := w.channels.channels.id(t.Context(), "#nowhere"); !errors.Is(err, errNoChannel) {
		t.Errorf("got %v", err)
	}
	if pages := w.slack.Calls()["conversations.list"]; pages != 6 {
		t.Errorf("%d pages were read after a minute, want 3 more", pages)
	}
	w.noMistakes(t)
}

// TestChannelsAreReadOn has Slack ask to slow down in the middle.
func TestChannelsAreReadOn(t *testing.T) {
	w := newAnnounceWorld(t, manyChannels)
	w.slack.SetFault(func(r slackfake.Request) slackfake.Fault {
		if r.Method == "conversations.list" && r.N == 2 {
			return slackfake.RateLimited(20 * time.Second)
		}
		return slackfake.Fault{}
	})
	// What is on the first page is known all the same.
	w.announce(t, w.release("#deploys"))
	_, err := w.channels.Post(t.Context(), w.release(lastOfMany))
	defers(t, err, 20*time.Second)
	w.clock.step(20 * time.Second)
	w.announce(t, w.release(lastOfMany))
	if pages := w.slack.Calls()["conversations.list"]; pages != 4 {
		t.Errorf("%d pages were asked for, want 3 and one twice", pages)
	}
}

// TestChannelsAreReadAgain has Slack forget where the bot was.
func TestChannelsAreReadAgain(t *testing.T) {
	w := newAnnounceWorld(t, manyChannels)
	w.slack.SetFault(func(r slackfake.Request) slackfake.Fault {
		if r.Method == "conversations.list" && r.N == 2 {
			return slackfake.APIError("invalid_cursor")
		}
		return slackfake.Fault{}
	})
	if _, err := w.channels.Post(t.Context(), w.release(lastOfMany)); err == nil || isKnown(err) {
		t.Errorf("Post = %v, want an error to be tried again", err)
	}
	w.announce(t, w.release(lastOfMany))
}

// TestReplacedChannel has another channel take the place of one that is gone.
func TestReplacedChannel(t *testing.T) {
	w := newAnnounceWorld(t)
	w.announce(t, w.release("#deploys"))
	w.slack.FailNext("chat.postMessage", 1, slackfake.APIError("channel_not_found"))
	w.clock.step(postInterval)
	_, err := w.channels.Post(t.Context(), w.release("#deploys"))
	defers(t, err, time.Minute)
	w.clock.step(time.Minute)
	w.announce(t, w.release("#deploys"))
	if looks := w.slack.Calls()["conversations.list"]; looks != 2 {
		t.Errorf("%d looks for the channel, want 2", looks)
	}
}
