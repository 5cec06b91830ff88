package slack

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	slackapi "github.com/slack-go/slack"
)

// apiError is Slack's refusal of a call. Nothing was done.
type apiError struct {
	method string
	// code is Slack's word, such as "not_in_channel".
	code string
	// needed names the scopes of which one is missing, if that is what is wrong.
	needed string
}

// Error implements error.
func (e *apiError) Error() string {
	if e.needed != "" {
		return fmt.Sprintf("slack %s: %s (needs %s)", e.method, e.code, e.needed)
	}
	return fmt.Sprintf("slack %s: %s", e.method, e.code)
}

// rateLimited means that a call was not made or not served because there were too many.
type rateLimited struct {
	method string
	after  time.Duration
}

// Error implements error.
func (e *rateLimited) Error() string {
	return fmt.Sprintf("slack %s: asked to slow down for %s", e.method, e.after)
}

// How long a method is left alone when Slack names no time, and the bounds of what it may name.
const (
	unnamedWait = 30 * time.Second
	leastWait   = time.Second
	longestWait = time.Hour
)

// sortError turns what slack-go returns into an apiError, a rateLimited, or what it was: a failure
// of the transport or a server error, after which it is not known whether the call was carried out.
func sortError(method string, err error) error {
	if err == nil {
		return nil
	}
	var (
		limited *slackapi.RateLimitedError
		refused slackapi.SlackErrorResponse
		status  slackapi.StatusCodeError
		failed  *url.Error
	)
	switch {
	case errors.As(err, &limited):
		return &rateLimited{method, min(max(limited.RetryAfter, leastWait), longestWait)}
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return &rateLimited{method, unnamedWait}
	case errors.As(err, &refused):
		return sortRefusal(method, refused)
	case errors.As(err, &failed):
		// Its text has the URL, which is a secret if it is a response_url.
		err = failed.Err
	}
	return fmt.Errorf("slack %s: %w", method, err)
}

func sortRefusal(method string, refused slackapi.SlackErrorResponse) error {
	switch refused.Err {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return &rateLimited{method, unnamedWait}
	case "internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org":
		// Slack's own trouble, in the middle of the work or not.
		return fmt.Errorf("slack %s: %w", method, refused)
	}
	return &apiError{method: method, code: refused.Err, needed: refused.Needed}
}

// isCode reports whether the error is a refusal with one of the codes.
func isCode(err error, codes ...string) bool {
	var refused *apiError
	return errors.As(err, &refused) && slices.Contains(codes, refused.code)
}

// isNothing reports whether an error tells that nothing was done.
func isNothing(err error) bool {
	_, refused := errors.AsType[*apiError](err)
	_, limited := errors.AsType[*rateLimited](err)
	return refused || limited
}
