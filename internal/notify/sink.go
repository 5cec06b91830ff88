package notify

import (
	"context"
	"time"
)

// Sink is a surface that messages are shown on. Its methods are called concurrently, for different
// messages, each with a deadline.
//
// Errors: a *Deferred means that nothing was sent and when to try again; a *Undeliverable means
// that trying again is of no use. After any other error of Post it is not known whether the message
// was sent, and Find is called before another attempt.
type Sink interface {
	// Address names the target for the record, as "C7" or "acme/app#12".
	Address(m Message) string
	// Interval is the least time between two updates of one message.
	Interval() time.Duration
	// Find returns the ID of the message with this marker, or "" if there is none.
	Find(ctx context.Context, m Message) (id string, err error)
	// Post sends the message and returns the ID by which it can be updated and replied to.
	Post(ctx context.Context, m Message) (id string, err error)
	// Update makes the message of that ID say what m says.
	Update(ctx context.Context, id string, m Message) error
}

// Deferred is returned by a Sink that was asked to slow down. Nothing was sent.
type Deferred struct {
	// After is how long to wait.
	After time.Duration
	Err   error
}

// Error implements error.
func (e *Deferred) Error() string { return "deferred by " + e.After.String() + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *Deferred) Unwrap() error { return e.Err }

// Undeliverable is returned by a Sink when a message can't be shown and a retry would not help: the
// channel is archived, the comment was deleted by somebody.
type Undeliverable struct {
	// Reason says why and what would help, for people.
	Reason string
	Err    error
}

// Error implements error.
func (e *Undeliverable) Error() string {
	if e.Err == nil {
		return e.Reason
	}
	return e.Reason + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Undeliverable) Unwrap() error { return e.Err }
