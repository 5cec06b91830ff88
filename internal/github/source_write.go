package github

import (
	"context"
	"errors"
	"net/http"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// refusals say for people why something can't be written, by what GitHub answers.
type refusals struct {
	// forbidden names the permission, missing is about what is not there, and invalid about what is not
	// accepted.
	forbidden, missing, invalid string
}

// consult makes a call of a sink that reads what is there now, and not what is remembered. The errors are those of a
// notify.Sink.
func (s *Source) consult(ctx context.Context, repo repository, why refusals, call func(context.Context, *gh.Client) error) error {
	return s.spend(ctx, repo, readPoints, why, call)
}

// amend makes a call of a sink that writes. Deployments, their statuses, check runs and edits of releases notify
// nobody, so that they are not among what GitHub wants to be made seconds apart, as comments are
// (x-github.triggersNotification in its OpenAPI description): what they cost is points. The errors are those of
// a notify.Sink.
func (s *Source) amend(ctx context.Context, repo repository, why refusals, call func(context.Context, *gh.Client) error) error {
	return s.spend(ctx, repo, writePoints, why, call)
}

func (s *Source) spend(ctx context.Context, repo repository, points int, why refusals, call func(context.Context, *gh.Client) error) error {
	id, err := s.installation(ctx, repo)
	if err != nil {
		return deferredRead(err)
	}
	leave, err := s.enter(ctx, s.client.installation(id).quota, points)
	if err != nil {
		return deferredRead(err)
	}
	defer leave()
	return s.refusedWrite(repo, why, s.client.asInstallation(ctx, id, call))
}

// refusedWrite turns GitHub's refusals into errors of a notify.Sink. An installation that is gone is looked for
// anew at the next attempt.
func (s *Source) refusedWrite(repo repository, why refusals, err error) error {
	var refused *APIError
	if !errors.As(err, &refused) {
		return err
	}
	if refused.isAboutToken() {
		s.memory.Forget(installationOf(repo))
		return err
	}
	var reason string
	switch refused.Status {
	case http.StatusForbidden:
		reason = why.forbidden
	case http.StatusNotFound, http.StatusGone:
		reason = why.missing
	case http.StatusUnprocessableEntity, http.StatusConflict, http.StatusUnavailableForLegalReasons:
		reason = why.invalid
	default:
		return err
	}
	return &notify.Undeliverable{Reason: reason, Err: err}
}

// targetRepo returns the repository that a message is for.
func targetRepo(name string) (repository, error) {
	repo, ok := parseRepository(name)
	if !ok {
		return repository{}, &notify.Undeliverable{Reason: "That is no repository on GitHub."}
	}
	return repo, nil
}
