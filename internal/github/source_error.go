package github

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// errMalformed says that an answer is not what GitHub describes.
var errMalformed = errors.New("it is not what GitHub describes")

// isAboutToken reports whether an installation was refused a token, because it is gone or suspended.
func (e *APIError) isAboutToken() bool {
	return strings.HasSuffix(e.Path, "/access_tokens") && (e.Status == http.StatusNotFound || e.Status == http.StatusForbidden)
}

// unavailable turns the error of a read into one of freightdiff.Forge.
func (s *Source) unavailable(repo repository, err error) error {
	var (
		deferred *notify.Deferred
		refused  *APIError
		already  *freightdiff.Unavailable
		network  net.Error
	)
	switch {
	case err == nil, errors.As(err, &already):
		return err
	case errors.As(err, &deferred):
		return &freightdiff.Unavailable{
			Reason: "GitHub's rate limit is reached for another " + span(deferred.After) + ".", After: deferred.After, Err: err,
		}
	case errors.As(err, &refused):
		return readRefused(repo, refused)
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded):
		return tooSlow(err)
	case errors.As(err, &network):
		return &freightdiff.Unavailable{Reason: "GitHub can't be reached.", Err: err}
	default:
		return fmt.Errorf("read from %s: %w", repo, err)
	}
}

func readRefused(repo repository, refused *APIError) error {
	switch {
	case refused.isAboutToken():
		return &freightdiff.Unavailable{Reason: fmt.Sprintf("The GitHub App's installation on %s is gone or suspended.", repo.owner), Err: refused}
	case refused.Status == http.StatusNotFound, refused.Status == http.StatusUnprocessableEntity,
		refused.Status == http.StatusConflict: // the repository is empty
		return fmt.Errorf("%w: %w", freightdiff.ErrNotFound, refused)
	case refused.Status == http.StatusForbidden:
		return &freightdiff.Unavailable{
			Reason: fmt.Sprintf("GitHub does not let the App read that of %s: it needs to be permitted to read contents and pull requests.", repo), Err: refused,
		}
	case refused.Status >= http.StatusInternalServerError:
		return &freightdiff.Unavailable{Reason: fmt.Sprintf("GitHub is out of order: it answered %d.", refused.Status), Err: refused}
	default:
		return &freightdiff.Unavailable{Reason: fmt.Sprintf("GitHub refused to be read from: it answered %d.", refused.Status), Err: refused}
	}
}

func tooSlow(err error) error {
	if _, ok := errors.AsType[*freightdiff.Unavailable](err); ok {
		return err
	}
	return &freightdiff.Unavailable{Reason: "GitHub did not answer in time.", Err: err}
}

// span writes how long something takes, for people.
func span(d time.Duration) string {
	if d < time.Minute {
		return chatops.Count(max(1, int((d+time.Second-1)/time.Second)), "second")
	}
	return chatops.Count(int((d+time.Minute-1)/time.Minute), "minute")
}

// isAbsent reports whether an error says that there is no such thing, which can be remembered.
func isAbsent(err error) bool { return errors.Is(err, freightdiff.ErrNotFound) }
