package app

import (
	"time"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// paced is a sink whose messages may be edited as often as somebody says who knows that it has no limits.
type paced struct {
	notify.Sink

	interval time.Duration
}

// atPace returns the sink with that interval between two edits of a message; with 0, the sink as it is.
func atPace(sink notify.Sink, interval time.Duration) notify.Sink {
	if interval == 0 {
		return sink
	}
	return paced{sink, interval}
}

// Interval implements notify.Sink.
func (p paced) Interval() time.Duration { return p.interval }
