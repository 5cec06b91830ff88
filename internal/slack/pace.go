package slack

import (
	"sync"
	"time"
)

// postInterval is the least time between two messages in a channel:
// https://docs.slack.dev/apis/web-api/rate-limits#posting-messages
const postInterval = time.Second

// keptFor is how long a channel is kept for somebody who waits and was told to come back: they come back
// after postInterval, and a little later if the bot has much to do.
const keptFor = 2 * postInterval

// maxPaced is how many channels are remembered before those are dropped that nothing is to be known of.
const maxPaced = 256

// pace gives each channel one message in every postInterval, counted from when Slack has answered the last: so
// no two can reach Slack closer together, however long each is on its way. Who comes too early is told for
// how long to wait. A message that a person waits for goes before those that nobody has asked for.
type pace struct {
	now func() time.Time

	mu       sync.Mutex
	channels map[string]turn
}

// turn is whose turn it is in a channel.
type turn struct {
	// busy says that a message is on its way.
	busy bool
	// next is when another may be sent.
	next time.Time
	// kept is until when only messages that a person waits for may be sent.
	kept time.Time
}

func newPace(now func() time.Time) *pace { return &pace{now: now, channels: map[string]turn{}} }

// begin takes the channel for a message, or returns how long to wait. Who has taken it calls end.
func (p *pace) begin(channel string, unasked bool) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tidy()
	now, t := p.now(), p.channels[channel]
	if t.busy {
		wait = postInterval
	} else {
		wait = within(t.next.Sub(now), postInterval)
	}
	switch {
	case unasked:
		wait = max(wait, within(t.kept.Sub(now), keptFor))
	case wait > 0:
		t.kept = now.Add(keptFor)
	default:
		t.kept = time.Time{}
	}
	if wait == 0 {
		t.busy = true
	}
	p.channels[channel] = t
	return wait
}

// end gives the channel back after a message was sent, or may have been.
func (p *pace) end(channel string, sent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.channels[channel]
	t.busy = false
	if sent {
		t.next = p.now().Add(postInterval)
	}
	p.channels[channel] = t
}

// sent notes a message that went to a channel under another name.
func (p *pace) sent(channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.channels[channel]
	t.next = p.now().Add(postInterval)
	p.channels[channel] = t
}

// tidy drops channels of which everything is past, if there are many.
func (p *pace) tidy() {
	if len(p.channels) < maxPaced {
		return
	}
	now := p.now()
	for channel, t := range p.channels {
		if !t.busy && !t.next.After(now) && !t.kept.After(now) {
			delete(p.channels, channel)
		}
	}
}

// within returns a wait, or 0 if there is none or it can't be: the clock was set back.
func within(wait, most time.Duration) time.Duration {
	if wait < 0 || wait > most {
		return 0
	}
	return wait
}
