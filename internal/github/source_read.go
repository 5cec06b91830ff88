package github

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// retryPause is how long it takes at least until a read is tried again that GitHub failed at; at most it
// is twice that.
const retryPause = 200 * time.Millisecond

// read is one GET below a repository. go-github's own methods know no validators, and decode all there
// is, which of a comparison is a hundred times what matters.
type read struct {
	repo repository
	// path is below repos/owner/name, escaped.
	path   string
	query  url.Values
	accept string
	// validator is the ETag of what is known.
	validator string
}

// arrived is what came besides the body.
type arrived struct {
	validator string
	isSame    bool // nothing changed, and no body came
	next      int  // page; 0: none
	last      int  // page; 0: this one
}

// get makes a read. into takes the body: what json.Unmarshal takes, or an io.Writer. A read that GitHub
// failed at, or that an installation which is gone was asked for, is made once again.
func (s *Source) get(ctx context.Context, r read, into any) (arrived, error) {
	came, err := s.getOnce(ctx, r, into)
	var refused *APIError
	if !errors.As(err, &refused) {
		return came, s.unavailable(r.repo, err)
	}
	switch {
	case refused.isAboutToken():
		s.memory.Forget(installationOf(r.repo))
	case refused.Status >= http.StatusInternalServerError:
		if pause(ctx, retryPause+rand.N(retryPause)) != nil { //nolint:gosec // jitter, no secret
			return came, s.unavailable(r.repo, err)
		}
	default:
		return came, s.unavailable(r.repo, err)
	}
	came, err = s.getOnce(ctx, r, into)
	return came, s.unavailable(r.repo, err)
}

func (s *Source) getOnce(ctx context.Context, r read, into any) (arrived, error) {
	id, err := s.installation(ctx, r.repo)
	if err != nil {
		return arrived{}, err
	}
	leave, err := s.enter(ctx, s.client.installation(id).quota, readPoints)
	if err != nil {
		return arrived{}, err
	}
	defer leave()
	var came arrived
	err = s.client.asInstallation(ctx, id, func(ctx context.Context, client *gh.Client) error {
		request, err := r.request(client)
		if err != nil {
			return err
		}
		response, err := client.Do(ctx, request, into)
		if err != nil {
			return err
		}
		came = arrived{validator: response.Header.Get("ETag"), next: response.NextPage, last: response.LastPage}
		return nil
	})
	if r.validator != "" && hasStatus(err, http.StatusNotModified) {
		s.metrics.same.Inc()
		return arrived{isSame: true}, nil
	}
	s.metrics.count(err)
	return came, err
}

// enter waits for the turn of a call that costs so many points.
func (s *Source) enter(ctx context.Context, q *quota, points int) (leave func(), err error) {
	leave, err = s.budget.enter(ctx, q, points)
	if err != nil {
		s.metrics.refused.Inc()
	}
	return leave, err
}

func (r read) request(client *gh.Client) (*http.Request, error) {
	path := "repos/" + r.repo.String() + "/" + r.path
	if len(r.query) > 0 {
		path += "?" + r.query.Encode()
	}
	request, err := client.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	if r.accept != "" {
		request.Header.Set("Accept", r.accept)
	}
	if r.validator != "" {
		request.Header.Set("If-None-Match", r.validator)
	}
	return request, nil
}

// conditional returns how to answer a question by one read, with the validator of the last answer. An
// answer that says of itself nothing else is believed for as long as the source's options say.
func conditional[B, V any](s *Source, r read, understand func(body *B, came arrived) (recall.Answer[V], error)) recall.Ask[V] {
	return func(ctx context.Context, last *recall.Answer[V]) (recall.Answer[V], error) {
		r := r
		if last != nil {
			r.validator = last.Validator
		}
		var body B
		came, err := s.get(ctx, r, &body)
		switch {
		case isAbsent(err):
			return recall.Answer[V]{Err: err, Fresh: absent}, nil
		case err != nil:
			return recall.Answer[V]{}, err
		case came.isSame:
			return *last, nil
		}
		answer, err := understand(&body, came)
		if err != nil {
			return recall.Answer[V]{}, fmt.Errorf("GitHub's answer about %s of %s: %w", r.path, r.repo, err)
		}
		answer.Validator = came.validator
		if len(answer.Validator) > maxValidator {
			answer.Validator = ""
		}
		if answer.Fresh == 0 {
			answer.Fresh = s.fresh
		}
		return answer, nil
	}
}

// maxValidator bounds an ETag, in bytes. GitHub's have about 70.
const maxValidator = 256

func pause(ctx context.Context, length time.Duration) error {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
