package route

import "time"

// DefaultBurst is how many new messages a channel gets a minute at most, if nothing else is said: more than that
// nobody reads one by one.
const DefaultBurst = 5

// Channel is settings of a channel in Slack.
type Channel struct {
	// Quiet are the hours in which nothing is said there; nil for none.
	Quiet *Quiet
	// Digest is when what happened is summed up there; nil for never.
	Digest *Digest
	// Thread says that all messages of a day stand in one thread.
	Thread bool
	// Burst is how many new messages there are a minute at most; 0 for DefaultBurst.
	Burst int
}

// MostNew returns how many new messages the channel gets a minute at most.
func (c Channel) MostNew() int {
	if c.Burst <= 0 {
		return DefaultBurst
	}
	return c.Burst
}

// Zone is whose days count in the channel: those of its digest, else of its quiet hours, else UTC.
func (c Channel) Zone() *time.Location {
	switch {
	case c.Digest != nil && c.Digest.Place != nil:
		return c.Digest.Place
	case c.Quiet != nil && c.Quiet.Place != nil:
		return c.Quiet.Place
	default:
		return time.UTC
	}
}
