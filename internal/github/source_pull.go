package github

import (
	"context"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// noPullFresh is for how long it is believed that no pull request brought a commit in: GitHub notices some
// time after the merge.
const noPullFresh = 5 * time.Minute

// PullRequestOf implements freightdiff.Forge.
func (s *Source) PullRequestOf(ctx context.Context, repo, commit string) (*freightdiff.PullRequest, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	if !isHash(commit) {
		return nil, fmt.Errorf("%q is no commit: %w", oneLine(commit, 100), freightdiff.ErrNotFound)
	}
	ask := conditional(s, read{repo: r, path: "commits/" + commit + "/pulls", query: page(1)},
		func(bodies *[]pullBody, _ arrived) (recall.Answer[*freightdiff.PullRequest], error) {
			merged := broughtIn(*bodies, commit)
			if merged == nil {
				return recall.Answer[*freightdiff.PullRequest]{Fresh: noPullFresh}, nil
			}
			if merged.Number <= 0 {
				return recall.Answer[*freightdiff.PullRequest]{}, errMalformed
			}
			found := &freightdiff.PullRequest{
				Number: merged.Number, Title: brief(merged.Title), URL: link(merged.HTMLURL), Login: brief(merged.User.Login),
			}
			size := 100 + len(found.Title) + len(found.URL) + len(found.Login)
			return recall.Answer[*freightdiff.PullRequest]{Value: found, Size: size, Fresh: recall.Forever}, nil
		})
	return find(ctx, s, r, "pull of "+commit, ask)
}

// broughtIn returns the pull request that brought a commit in: the one that was merged by it, or else the
// first that was merged. The branch of one can be merged into that of another, which has the commit then
// too.
func broughtIn(bodies []pullBody, commit string) *pullBody {
	var first *pullBody
	for i := range bodies {
		body := &bodies[i]
		if body.MergedAt.IsZero() {
			continue
		}
		if body.MergeCommitSHA == commit {
			return body
		}
		if first == nil || body.MergedAt.Before(first.MergedAt.Time) {
			first = body
		}
	}
	return first
}
