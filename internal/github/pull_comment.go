package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// settledMark follows the marker of a comment that is not going to change.
const settledMark = ":settled"

// markerOfRemark returns what is hidden in a remark.
func markerOfRemark(r pullrequest.Remark) string {
	if r.Settled {
		return r.Marker + settledMark
	}
	return r.Marker
}

// Said implements pullrequest.Forge.
func (s *Source) Said(ctx context.Context, repo string, number int, marker string) (id int64, settled bool, err error) {
	where, err := s.conversation(ctx, repo, number)
	if err != nil {
		return 0, false, err
	}
	one, err := s.one(ctx, where, marker)
	return one.id, strings.HasSuffix(one.marker, settledMark), s.written(repo, err)
}

// one returns the comment with a marker, settled or not; its id is 0 if there is none. If there are more, by two
// replicas that wrote at the same time, the younger ones are deleted.
func (s *Source) one(ctx context.Context, where conversation, marker string) (marked, error) {
	var found []marked
	turn := func(ctx context.Context) (func(), error) {
		return s.enter(ctx, s.client.installation(where.installation).quota, readPoints)
	}
	err := s.client.eachOwn(ctx, where, time.Time{}, turn, func(comment marked) {
		if strings.TrimSuffix(comment.marker, settledMark) == marker {
			found = append(found, comment)
		}
	})
	if err != nil || len(found) == 0 {
		return marked{}, err
	}
	for _, younger := range found[1:] {
		err := s.write(ctx, where, func() error { return s.client.remove(ctx, where, younger.id) })
		if err != nil && !hasStatus(err, http.StatusNotFound) {
			return marked{}, err
		}
	}
	s.remarks.note(found[0].id, found[0].body)
	return found[0], nil
}

// Comment implements pullrequest.Forge. It is not what somebody waits for, and so does not use what of
// GitHub's limits is kept for commands. What the comment is known to say already makes no call.
func (s *Source) Comment(ctx context.Context, repo string, number int, remark pullrequest.Remark, id int64) (int64, error) {
	marker := markerOfRemark(remark)
	if hidden(marker) == "" {
		return 0, fmt.Errorf("%q can't mark a comment", oneLine(marker, 100))
	}
	body := markdown(remark.Card, marker)
	if id != 0 && s.remarks.says(id, body) {
		return id, nil
	}
	where, err := s.conversation(ctx, repo, number)
	if err != nil {
		return 0, err
	}
	if id == 0 {
		id, err = s.begin(ctx, where, remark.Marker, body)
	} else {
		err = s.rewrite(ctx, where, id, body)
	}
	return id, s.written(repo, err)
}

// begin writes the comment with a marker, unless it is there already: then it is edited.
func (s *Source) begin(ctx context.Context, where conversation, marker, body string) (int64, error) {
	// Not looked for in vain.
	if err := s.writes.ready(where, s.now()); err != nil {
		s.metrics.refused.Inc()
		return 0, err
	}
	one, err := s.one(ctx, where, marker)
	switch {
	case err != nil:
		return 0, err
	case one.id != 0 && s.remarks.says(one.id, body):
		return one.id, nil
	case one.id != 0:
		return one.id, s.rewrite(ctx, where, one.id, body)
	}
	var id int64
	err = s.write(ctx, where, func() error {
		var err error
		id, err = s.client.comment(ctx, where, body)
		return err
	})
	if err == nil {
		s.remarks.note(id, body)
	}
	return id, err
}

// rewrite makes a comment say something else.
func (s *Source) rewrite(ctx context.Context, where conversation, id int64, body string) error {
	return s.write(ctx, where, func() error {
		s.remarks.forget(id) // whatever becomes of the call
		err := s.client.edit(ctx, where, id, body)
		if err == nil {
			s.remarks.note(id, body)
		}
		return err
	})
}

// write makes a call that changes something, when its turn has come.
func (s *Source) write(ctx context.Context, where conversation, call func() error) error {
	// What can't be written is not to cost points, and what may not cost points is not to take a turn.
	if err := s.writes.ready(where, s.now()); err != nil {
		s.metrics.refused.Inc()
		return err
	}
	leave, err := s.enter(ctx, s.client.installation(where.installation).quota, writePoints)
	if err != nil {
		return err
	}
	defer leave()
	if err := s.writes.take(where, s.now()); err != nil {
		s.metrics.refused.Inc()
		return err
	}
	return call()
}

// written turns the error of a call into one of a notify.Sink. An installation that is gone is looked for
// anew at the next attempt.
func (s *Source) written(repo string, err error) error {
	var refused *APIError
	if errors.As(err, &refused) && refused.isAboutToken() {
		if r, ok := parseRepository(repo); ok {
			s.memory.Forget(installationOf(r))
		}
		return err
	}
	return undeliverable(deferredRead(err))
}

// conversation returns the conversation of a pull request. The errors are those of a notify.Sink.
func (s *Source) conversation(ctx context.Context, repo string, number int) (conversation, error) {
	r, err := s.repository(repo)
	if err != nil || number <= 0 {
		return conversation{}, &notify.Undeliverable{Reason: "That is no pull request on GitHub.", Err: err}
	}
	id, err := s.installation(ctx, r)
	if err != nil {
		return conversation{}, deferredRead(err)
	}
	return conversation{installation: id, owner: r.owner, repo: r.name, number: number}, nil
}

// remove deletes a comment.
func (c *Client) remove(ctx context.Context, where conversation, id int64) error {
	return c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
		_, err := client.Issues.DeleteComment(ctx, where.owner, where.repo, id)
		return err
	})
}

// deferredRead turns the error of a read into one of a notify.Sink.
func deferredRead(err error) error {
	var unavailable *freightdiff.Unavailable
	switch {
	case !errors.As(err, &unavailable):
		return err
	case errors.Is(err, freightdiff.ErrNotFound):
		return &notify.Undeliverable{Reason: unavailable.Reason, Err: err}
	case unavailable.After > 0:
		return &notify.Deferred{After: unavailable.After, Err: err}
	default:
		return err
	}
}
