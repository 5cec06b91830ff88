package github

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// APIError is a call that GitHub refused. It holds nothing of the request but what is named here:
// no header, and so no token.
type APIError struct {
	Method string
	Path   string
	// Status is HTTP's.
	Status int
	// Message is GitHub's, shortened.
	Message string
	// RequestID is what GitHub's support asks for.
	RequestID string
}

// Error implements error.
func (e *APIError) Error() string {
	return fmt.Sprintf("GitHub answered %d to %s %s: %s (request %s)", e.Status, e.Method, e.Path, e.Message, e.RequestID)
}

// maxMessage is how many runes of a message of GitHub's are kept.
const maxMessage = 300

func newAPIError(response *http.Response, message string) *APIError {
	e := &APIError{
		Status:    response.StatusCode,
		Message:   oneLine(message, maxMessage),
		RequestID: oneLine(response.Header.Get("X-GitHub-Request-Id"), 64),
	}
	if response.Request != nil {
		e.Method, e.Path = response.Request.Method, response.Request.URL.Path
	}
	return e
}

// limitError says that a limit was reached, now or before, and so a call was not carried out.
type limitError struct {
	after time.Duration
}

func (e *limitError) Error() string {
	return fmt.Sprintf("GitHub's rate limit is reached, for another %s", e.after.Round(time.Second))
}

// explain turns the errors of go-github and of the transport into a *notify.Deferred or an
// *APIError, where they are of that sort.
func explain(err error) error {
	var (
		limit   *limitError
		emptied *gh.RateLimitError
		known   *APIError
		refused *gh.ErrorResponse
	)
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limit):
		return &notify.Deferred{After: limit.after, Err: limit}
	case errors.As(err, &emptied):
		// By itself go-github asks no more after an answer that said "none remaining". All other limits
		// the transport has seen first.
		after := min(max(time.Until(emptied.Rate.Reset.Time), time.Second), maxPause)
		return &notify.Deferred{After: after, Err: &limitError{after: after}}
	case errors.As(err, &known):
		return known
	case errors.As(err, &refused) && refused.Response != nil:
		return newAPIError(refused.Response, messageOf(refused))
	default:
		return err
	}
}

// messageOf joins what GitHub says is wrong with what it says is wrong in particular.
func messageOf(refused *gh.ErrorResponse) string {
	parts := []string{refused.Message}
	for _, detail := range refused.Errors {
		parts = append(parts, strings.TrimSpace(strings.Join([]string{detail.Field, detail.Code, detail.Message}, " ")))
	}
	return strings.Join(parts, "; ")
}

// hasStatus reports whether the error is GitHub's answer with that status.
func hasStatus(err error, status int) bool {
	var refused *APIError
	return errors.As(err, &refused) && refused.Status == status
}

// oneLine makes a foreign string fit for a log: printable, in one line, and no longer than that many
// runes.
func oneLine(text string, most int) string {
	var b strings.Builder
	for _, r := range text {
		if most--; most < 0 {
			b.WriteString("…")
			break
		}
		if !unicode.IsPrint(r) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
