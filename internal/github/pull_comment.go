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
	found, err := s.remarks(ctx, where, marker)
	if err != nil || len(found) == 0 {
		return 0, false, s.written(repo, err)
	}
	return found[0].id, strings.HasSuffix(found[0].marker, settledMark), nil
}

// remarks returns the comments with a marker, settled or not, oldest first.
func (s *Source) remarks(ctx context.Context, where conversation, marker string) ([]marked, error) {
	var found []marked
	err := s.client.eachOwn(ctx, where, time.Time{}, func(comment marked) {
		if strings.TrimSuffix(comment.marker, settledMark) == marker {
			found = append(found, comment)
		}
	})
	return found, err
}

// Comment implements pullrequest.Forge. It is not what somebody waits for, and so does not use what of the
// rate limit is kept for commands. If another comment with the marker is found, by two replicas that wrote
// at the same time, the younger one is deleted.
func (s *Source) Comment(ctx context.Context, repo string, number int, remark pullrequest.Remark, id int64) (int64, error) {
	where, err := s.conversation(ctx, repo, number)
	if err != nil {
		return 0, err
	}
	marker := markerOfRemark(remark)
	if hidden(marker) == "" {
		return 0, fmt.Errorf("%q can't mark a comment", oneLine(marker, 100))
	}
	body := markdown(remark.Card, marker)
	if id != 0 {
		return id, s.written(repo, s.client.edit(ctx, where, id, body))
	}
	found, err := s.remarks(ctx, where, remark.Marker)
	switch {
	case err != nil:
		return 0, s.written(repo, err)
	case len(found) == 0:
		id, err := s.client.comment(ctx, where, body)
		return id, s.written(repo, err)
	}
	for _, younger := range found[1:] {
		err := s.client.remove(ctx, where, younger.id)
		if err != nil && !hasStatus(err, http.StatusNotFound) {
			return 0, s.written(repo, err)
		}
	}
	oldest := found[0]
	if oldest.body == body {
		return oldest.id, nil
	}
	return oldest.id, s.written(repo, s.client.edit(ctx, where, oldest.id, body))
}

// written turns the error of a write into one of a notify.Sink. An installation that is gone is looked for
// anew at the next attempt.
func (s *Source) written(repo string, err error) error {
	var refused *APIError
	if errors.As(err, &refused) && refused.isAboutToken() {
		if r, ok := parseRepository(repo); ok {
			s.memory.Forget(installationOf(r))
		}
		return err
	}
	return undeliverable(err)
}

// conversation returns the conversation of a pull request, if there is enough of the rate limit left to
// write to it. The errors are those of a notify.Sink.
func (s *Source) conversation(ctx context.Context, repo string, number int) (conversation, error) {
	r, err := s.repository(repo)
	if err != nil || number <= 0 {
		return conversation{}, &notify.Undeliverable{Reason: "That is no pull request on GitHub.", Err: err}
	}
	id, err := s.installation(ctx, r)
	if err != nil {
		return conversation{}, deferredRead(err)
	}
	if err := spare(s.client.installation(id).quota, s.now(), s.budget.reserved); err != nil {
		s.metrics.refused.Inc()
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
