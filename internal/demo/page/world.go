package page

import (
	"context"
	"fmt"
)

// World is what the page shows and acts on. Its methods are called concurrently.
type World interface {
	// About returns what never changes.
	About() About
	// State returns the world as it is now.
	State(ctx context.Context) (State, error)
	// Changed returns a channel that is closed when something changes after the call.
	Changed() <-chan struct{}
	// Type sends a line in the channel as a person; one that begins with "/" is a command.
	Type(ctx context.Context, person, text string) error
	// Click clicks a button of a message in the channel as a person. The button is named by its action_id.
	Click(ctx context.Context, person, message, action string) error
	// Comment writes a comment below an issue or pull request as a person.
	Comment(ctx context.Context, person string, number int, text string) error
	// Arrange says what happens to the next promotion of a service: one of About's mishaps, or ""
	// for nothing special.
	Arrange(ctx context.Context, service, mishap string) error
	// Merge merges a pull request as a person.
	Merge(ctx context.Context, person string, number int) error
	// Release makes a new version of a service.
	Release(ctx context.Context, service string) error
	// Promote promotes what waits for a Stage, as somebody in Kargo's UI would.
	Promote(ctx context.Context, stage string) error
	// SetHealth has Argo CD find that what runs in a Stage is well, or is not.
	SetHealth(ctx context.Context, stage string, healthy bool) error
	// SetCredential has secretsync tell that it can't renew a credential, or that it is well again.
	SetCredential(ctx context.Context, works bool) error
	// Abort stops what is being promoted to a Stage, as somebody in Kargo's UI would.
	Abort(ctx context.Context, stage string) error
	// Object returns an object of Kargo's as YAML: its kind is "stage" or "promotion".
	Object(ctx context.Context, kind, name string) (string, error)
}

// Refusal is an error whose text is for the person at the page.
type Refusal struct{ Text string }

// Error implements error.
func (r *Refusal) Error() string { return r.Text }

// Refuse returns a Refusal.
func Refuse(format string, args ...any) error { return &Refusal{Text: fmt.Sprintf(format, args...)} }
