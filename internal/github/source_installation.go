package github

import (
	"context"
	"fmt"
	"net/http"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// installationFresh is for how long it is believed which installation sees a repository. One that is gone
// is noticed when it is used.
const installationFresh = time.Hour

// installationOf is the question which installation sees a repository. No change to the repository
// changes that, so that it has a topic of its own.
func installationOf(repo repository) recall.Question {
	return recall.Question{Topic: "installations", Text: repo.topic()}
}

// installation returns the ID of the App's installation that sees a repository.
func (s *Source) installation(ctx context.Context, repo repository) (int64, error) {
	return shared(ctx, s, installationOf(repo), func(ctx context.Context, _ *recall.Answer[int64]) (recall.Answer[int64], error) {
		leave, err := s.enter(ctx, s.client.appQuota, readPoints)
		if err != nil {
			return recall.Answer[int64]{}, err
		}
		defer leave()
		var found *gh.Installation
		err = s.client.asApp(ctx, func(ctx context.Context, client *gh.Client) error {
			var err error
			found, _, err = client.Apps.FindRepositoryInstallation(ctx, repo.owner, repo.name)
			return err
		})
		s.metrics.count(err)
		switch {
		case hasStatus(err, http.StatusNotFound):
			return recall.Answer[int64]{Fresh: absent, Err: &freightdiff.Unavailable{
				Reason: fmt.Sprintf("The GitHub App is not installed on %s: whoever owns it has to install it there.", repo),
				After:  absent, Err: freightdiff.ErrNotFound,
			}}, nil
		case err != nil:
			return recall.Answer[int64]{}, s.unavailable(repo, err)
		case found.SuspendedAt != nil:
			return recall.Answer[int64]{Fresh: absent, Err: &freightdiff.Unavailable{
				Reason: fmt.Sprintf("The GitHub App's installation on %s is suspended.", repo.owner), After: absent,
			}}, nil
		case found.GetID() <= 0:
			return recall.Answer[int64]{}, fmt.Errorf("installation on %s: %w", repo, errMalformed)
		}
		return recall.Answer[int64]{Value: found.GetID(), Fresh: installationFresh}, nil
	})
}
