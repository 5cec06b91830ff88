package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/github/recall"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// maxPullPages bounds each of the two lists of pull requests that are read: the open, and the closed.
const maxPullPages = 10

// dated is a pull request and when it was closed, if it was.
type dated struct {
	pullrequest.Pull
	closedAt time.Time
}

// PullRequests implements pullrequest.Forge: of the open ones and of those closed since then, the 1,000 each
// that were updated last.
func (s *Source) PullRequests(ctx context.Context, repo string, since time.Time) ([]pullrequest.Pull, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	byNumber := map[int]pullrequest.Pull{}
	// The closed ones come second: one that is closed meanwhile is on both lists, and closed.
	for _, state := range []pullrequest.State{pullrequest.Open, pullrequest.Closed} {
		err := s.eachPull(ctx, r, state, since, func(pull dated) {
			if state == pullrequest.Open || !pull.closedAt.Before(since) {
				byNumber[pull.Number] = pull.Pull
			}
		})
		if err != nil {
			return nil, err
		}
	}
	pulls := make([]pullrequest.Pull, 0, len(byNumber))
	for _, pull := range byNumber {
		pulls = append(pulls, pull)
	}
	slices.SortFunc(pulls, func(a, b pullrequest.Pull) int {
		if order := b.UpdatedAt.Compare(a.UpdatedAt); order != 0 {
			return order
		}
		return b.Number - a.Number
	})
	return pulls, nil
}

// eachPull reads the list of pull requests in a state, the most recently updated first: the open ones to
// its end, the closed ones until one was not updated since then.
func (s *Source) eachPull(ctx context.Context, repo repository, state pullrequest.State, since time.Time, use func(dated)) error {
	for number := 1; number <= maxPullPages; number++ {
		query := page(number)
		for key, value := range map[string]string{"state": string(state), "sort": "updated", "direction": "desc"} {
			query.Set(key, value)
		}
		found, err := s.pullPage(ctx, repo, state, number, query)
		if err != nil {
			return err
		}
		for _, pull := range found.items {
			if state == pullrequest.Closed && pull.UpdatedAt.Before(since) {
				return nil
			}
			use(pull)
		}
		if !found.more {
			return nil
		}
	}
	s.log.WarnContext(ctx, "more pull requests than are looked at", "repo", repo.String(), "state", string(state), "pages", maxPullPages)
	return nil
}

func (s *Source) pullPage(ctx context.Context, repo repository, state pullrequest.State, number int, query url.Values) (listed[dated], error) {
	ask := conditional(s, read{repo: repo, path: "pulls", query: query}, func(bodies *[]pullBody, came arrived) (recall.Answer[listed[dated]], error) {
		page := listed[dated]{more: came.next > 0}
		size := 0
		for _, body := range (*bodies)[:min(len(*bodies), perPage)] {
			pull, ok := body.pull()
			if !ok {
				return recall.Answer[listed[dated]]{}, errMalformed
			}
			size += sizeOfPull(pull)
			page.items = append(page.items, dated{Pull: pull, closedAt: body.ClosedAt.Time})
		}
		return recall.Answer[listed[dated]]{Value: page, Size: size}, nil
	})
	return find(ctx, s, repo, fmt.Sprintf("pulls %s %d", state, number), ask)
}

// PullRequest implements pullrequest.Forge.
func (s *Source) PullRequest(ctx context.Context, repo string, number int) (pullrequest.Pull, error) {
	r, err := s.repository(repo)
	if err != nil {
		return pullrequest.Pull{}, err
	}
	path := "pulls/" + strconv.Itoa(number)
	ask := conditional(s, read{repo: r, path: path}, func(body *pullBody, _ arrived) (recall.Answer[pullrequest.Pull], error) {
		pull, ok := body.pull()
		if !ok || pull.Number != number {
			return recall.Answer[pullrequest.Pull]{}, errMalformed
		}
		return recall.Answer[pullrequest.Pull]{Value: pull, Size: sizeOfPull(pull)}, nil
	})
	return find(ctx, s, r, path, ask)
}
