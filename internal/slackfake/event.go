package slackfake

import (
	"context"
	"iter"
	"time"
)

// EventKind says what happened to a message.
type EventKind string

// What can happen to a message.
const (
	EventPost      EventKind = "post"
	EventEphemeral EventKind = "ephemeral" // posted for one user only
	EventUpdate    EventKind = "update"
	EventDelete    EventKind = "delete"
	EventReaction  EventKind = "reaction"
)

// Event is one change of a message.
type Event struct {
	Seq     int // 1, 2, 3 …
	Kind    EventKind
	Message Message // after the change; as it was last, when deleted
	At      time.Time
}

// maxEvents bounds the log. A reader that is further behind misses the oldest events.
const maxEvents = 10_000

type eventLog struct {
	events  []Event
	last    int           // Seq of the newest event
	changed chan struct{} // closed and replaced at every event
}

func newEventLog() eventLog { return eventLog{changed: make(chan struct{})} }

func (l *eventLog) add(kind EventKind, m Message, at time.Time) {
	l.last++
	l.events = append(l.events, Event{Seq: l.last, Kind: kind, Message: m, At: at})
	if len(l.events) >= 2*maxEvents {
		l.events = append([]Event(nil), l.events[len(l.events)-maxEvents:]...)
	}
	close(l.changed)
	l.changed = make(chan struct{})
}

// since returns the events after the given Seq; the slice must not be changed.
func (l *eventLog) since(seq int) []Event {
	n := min(l.last-seq, len(l.events))
	if n <= 0 {
		return nil
	}
	return l.events[len(l.events)-n:]
}

// Events yields every event after the given Seq (0: from the beginning), waiting for new
// ones, until the context ends. It takes no goroutine, and a slow reader holds nobody up.
func (s *Slack) Events(ctx context.Context, after int) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		seq := after
		for {
			s.mu.Lock()
			events, changed := s.log.since(seq), s.log.changed
			s.mu.Unlock()
			for _, event := range events {
				if ctx.Err() != nil || !yield(event) {
					return
				}
				seq = event.Seq
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}
}
