package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// updateInterval is the least time between two edits of one comment. GitHub allows 80
	// content-creating calls a minute and 180 writes (900 points, a write costs 5): at one edit in 3 s
	// nine promotions can be followed at once before it asks to slow down, and is heeded.
	updateInterval = 3 * time.Second
	// clockSkew is how far the clock by which a message was dated may be ahead of GitHub's.
	clockSkew = 5 * time.Minute
	// noMessage is the ID of what is no message of its own on GitHub.
	noMessage = "none"
)

// Sink shows messages on GitHub: the card as a comment that is kept up to date, and reactions to the
// comment with the command. The result has no message of its own, as the comment says it and
// mentions whoever asked: for a PartResult nothing is done.
type Sink struct {
	client *Client
}

var _ notify.Sink = (*Sink)(nil)

// NewSink returns a sink.
func NewSink(client *Client) *Sink { return &Sink{client: client} }

// Address implements notify.Sink: "owner/name#12".
func (s *Sink) Address(m notify.Message) string {
	if m.Target.GitHub == nil {
		return ""
	}
	return m.Target.GitHub.Repo + "#" + strconv.Itoa(m.Target.GitHub.Issue)
}

// Interval implements notify.Sink.
func (s *Sink) Interval() time.Duration { return updateInterval }

// Find implements notify.Sink. It looks for comments that the App itself wrote. A reaction is never
// found: adding it again adds nothing.
func (s *Sink) Find(ctx context.Context, m notify.Message) (string, error) {
	where, err := placeOf(m)
	if err != nil {
		return "", err
	}
	switch m.Part {
	case v1alpha1.PartReaction:
		return "", nil
	case v1alpha1.PartResult:
		return noMessage, nil
	case v1alpha1.PartCard, v1alpha1.PartSummary: // is a comment: see below
	}
	since := m.Since
	if !since.IsZero() {
		since = since.Add(-clockSkew)
	}
	found, err := s.client.markers(ctx, where, since)
	if err != nil {
		return "", undeliverable(err)
	}
	id, ok := found[m.Marker]
	if !ok {
		return "", nil
	}
	return strconv.FormatInt(id, 10), nil
}

// Post implements notify.Sink.
func (s *Sink) Post(ctx context.Context, m notify.Message) (string, error) {
	where, err := placeOf(m)
	if err != nil {
		return "", err
	}
	switch m.Part {
	case v1alpha1.PartReaction:
		with := reactionTo(m.Card.State)
		if err := s.client.react(ctx, where, m.Target.GitHub.Comment, with); err != nil {
			return "", undeliverable(err)
		}
		return string(with), nil
	case v1alpha1.PartResult:
		return noMessage, nil
	case v1alpha1.PartCard, v1alpha1.PartSummary: // is a comment: see below
	}
	if hidden(m.Marker) == "" {
		// Without it the comment could not be found again, and would be written twice.
		return "", fmt.Errorf("%q can't mark a comment", oneLine(m.Marker, 100))
	}
	id, err := s.client.comment(ctx, where, markdown(m.Card, m.Marker))
	if err != nil {
		return "", undeliverable(err)
	}
	return strconv.FormatInt(id, 10), nil
}

// Update implements notify.Sink.
func (s *Sink) Update(ctx context.Context, id string, m notify.Message) error {
	if m.Part == v1alpha1.PartReaction || m.Part == v1alpha1.PartResult {
		// An earlier reaction stays: eyes, then a rocket, is how it went.
		_, err := s.Post(ctx, m)
		return err
	}
	where, err := placeOf(m)
	if err != nil {
		return err
	}
	comment, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return &notify.Undeliverable{Reason: "The comment is not known.", Err: err}
	}
	return undeliverable(s.client.edit(ctx, where, comment, markdown(m.Card, m.Marker)))
}

// placeOf returns the conversation that a message is for.
func placeOf(m notify.Message) (conversation, error) {
	where, err := conversationOf(m.Target.GitHub)
	if err != nil {
		return conversation{}, &notify.Undeliverable{Reason: "The message has no place on GitHub.", Err: err}
	}
	return where, nil
}

// reactionTo returns the reaction that says how things stand.
func reactionTo(state chatops.State) reaction {
	switch state {
	case chatops.StateSucceeded:
		return reactRocket
	case chatops.StateFailed, chatops.StateAborted, chatops.StateRefused:
		return reactDown
	default:
		return reactEyes
	}
}

// undeliverable tells the refusals that a retry won't change from other errors.
func undeliverable(err error) error {
	var refused *APIError
	if !errors.As(err, &refused) {
		return err
	}
	var reason string
	switch refused.Status {
	case http.StatusNotFound, http.StatusGone:
		reason = "The comment or the conversation was deleted, or the GitHub App may no longer see it."
	case http.StatusForbidden:
		reason = "GitHub does not let the App write there: the conversation is locked, " +
			"or the App lacks the permission to write issues and pull requests."
	case http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons:
		reason = "GitHub does not accept the message."
	default:
		return err
	}
	return &notify.Undeliverable{Reason: reason, Err: err}
}
