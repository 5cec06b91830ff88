package githubfake

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// CreatePullRequest is a person, the author, opening a pull request from a branch. It
// returns its number.
func (g *GitHub) CreatePullRequest(ctx context.Context, repo string, seed PullRequest) (int, []Delivery, error) {
	number := 0
	deliveries, err := g.act(ctx, repo, seed.Author, func(repo *repository, by *account) ([]*event, error) {
		if seed.Closed || seed.Merged || seed.HeadSHA != "" || seed.BaseSHA != "" {
			return nil, errors.New("a new pull request is open, and its commits are those of its branches")
		}
		if seed.Base == "" {
			seed.Base = repo.branch
		}
		if err := repo.mayPropose(seed.Head, seed.Base); err != nil {
			return nil, err
		}
		added, err := g.world.addPullRequest(repo, seed)
		if err != nil {
			return nil, err
		}
		number = added.number
		return []*event{g.pullEvent("opened", added, by)}, nil
	})
	return number, deliveries, err
}

// mayPropose refuses a pull request that GitHub would refuse.
func (r *repository) mayPropose(head, base string) error {
	from, to := r.git.Branches[head], r.git.Branches[base]
	if from == nil || to == nil {
		return fmt.Errorf("%s has no branch %q or no branch %q", r.fullName(), head, base)
	}
	if len(r.git.Compare(to, from).Ahead) == 0 {
		return fmt.Errorf("no commits between %s and %s", base, head)
	}
	if slices.ContainsFunc(r.pulls(), func(i *issue) bool {
		return i.closed.IsZero() && i.pull.head == head && i.pull.base == base
	}) {
		return fmt.Errorf("a pull request already exists for %s:%s", r.owner.login, head)
	}
	return nil
}

// MergePullRequest is a person merging a pull request. It returns the hash of the commit
// that GitHub calls the merge commit, whichever the method. The deliveries are of
// pull_request (closed) and of push. The branch of the pull request stays.
func (g *GitHub) MergePullRequest(ctx context.Context, repo string, number int, login string, method MergeMethod) (string, []Delivery, error) {
	sha := ""
	deliveries, err := g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		i, err := repo.openPull(number)
		if err != nil {
			return nil, err
		}
		base, head := repo.git.Branches[i.pull.base], repo.git.Commit(i.pull.headSHA)
		if base == nil || head == nil {
			return nil, fmt.Errorf("%s#%d: its commits are not in the repository's history", repo.fullName(), number)
		}
		merged, err := g.mergePull(i, by, method, base, head)
		if err != nil {
			return nil, err
		}
		sha = merged.SHA
		pushed := g.moveBranch(repo, by, i.pull.base, merged)
		return append([]*event{g.pullEvent("closed", i, by)}, pushed...), nil
	})
	return sha, deliveries, err
}

// mergePull makes the commits of a merge and notes it on the pull request.
func (g *GitHub) mergePull(i *issue, by *account, method MergeMethod, base, head *history.Commit) (*history.Commit, error) {
	compared := i.repo.git.Compare(base, head)
	if compared.MergeBase == nil || len(compared.Ahead) == 0 {
		return nil, fmt.Errorf("%s#%d: there is nothing to merge", i.repo.fullName(), i.number)
	}
	merged, err := g.mergeBy(i, by, method, base, head, compared)
	if err != nil {
		return nil, fmt.Errorf("%s#%d: %w", i.repo.fullName(), i.number, err)
	}
	p := i.pull
	p.diffBase, p.brought = compared.MergeBase, map[string]bool{}
	for _, c := range i.repo.git.Compare(base, merged).Ahead {
		p.brought[c.SHA] = true
	}
	p.baseSHA, p.mergeSHA, p.mergedBy = base.SHA, merged.SHA, by
	p.merged = g.world.moment()
	i.closed, i.updated = p.merged, p.merged
	return merged, nil
}

// ClosePullRequest is a person closing a pull request without merging it.
func (g *GitHub) ClosePullRequest(ctx context.Context, repo string, number int, login string) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		i, err := repo.openPull(number)
		if err != nil {
			return nil, err
		}
		g.closePull(i)
		return []*event{g.pullEvent("closed", i, by)}, nil
	})
}

// closePull closes a pull request; what it changed stays as it was.
func (g *GitHub) closePull(i *issue) {
	i.pull.diffBase, _ = i.sides()
	i.closed = g.world.moment()
	i.updated = i.closed
}

// ReopenPullRequest is a person opening a pull request again that was closed, but not
// merged. Its branch must still be where it was.
func (g *GitHub) ReopenPullRequest(ctx context.Context, repo string, number int, login string) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		i, err := repo.pullRequest(number)
		if err != nil {
			return nil, err
		}
		head := repo.git.Branches[i.pull.head]
		if i.closed.IsZero() || !i.pull.merged.IsZero() || head == nil || head.SHA != i.pull.headSHA {
			return nil, fmt.Errorf("%s#%d: it is open or merged, or its branch is gone or moved", repo.fullName(), number)
		}
		i.closed, i.pull.diffBase, i.updated = i.pull.merged, nil, g.world.moment()
		return []*event{g.pullEvent("reopened", i, by)}, nil
	})
}

// PullRequestEdit says what to change of a pull request; nil leaves a thing as it is.
type PullRequestEdit struct{ Title, Body, Base *string }

// EditPullRequest is a person changing what a pull request says, or its base.
func (g *GitHub) EditPullRequest(ctx context.Context, repo string, number int, login string, edit PullRequestEdit) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		i, err := repo.pullRequest(number)
		if err != nil {
			return nil, err
		}
		changes := object{}
		for _, change := range []struct {
			name     string
			what, by *string
		}{{"title", &i.title, edit.Title}, {"body", &i.body, edit.Body}} {
			if change.by != nil && *change.by != *change.what {
				changes = changes.with(field{change.name, object{{"from", *change.what}}})
				*change.what = *change.by
			}
		}
		if edit.Base != nil {
			to := repo.git.Branches[*edit.Base]
			if to == nil || !i.closed.IsZero() {
				return nil, fmt.Errorf("%s#%d: it is closed, or there is no branch %q", repo.fullName(), number, *edit.Base)
			}
			changes = changes.with(field{"base", object{
				{"ref", object{{"from", i.pull.base}}}, {"sha", object{{"from", i.pull.baseSHA}}},
			}})
			i.pull.base, i.pull.baseSHA = *edit.Base, to.SHA
		}
		i.updated = g.world.moment()
		return []*event{g.pullEvent("edited", i, by, field{"changes", changes})}, nil
	})
}

func (r *repository) pullRequest(number int) (*issue, error) {
	if i := r.issues[number]; i != nil && i.pull != nil {
		return i, nil
	}
	return nil, fmt.Errorf("%s has no pull request %d", r.fullName(), number)
}

func (r *repository) openPull(number int) (*issue, error) {
	i, err := r.pullRequest(number)
	if err == nil && !i.closed.IsZero() {
		return nil, fmt.Errorf("%s#%d is closed", r.fullName(), number)
	}
	return i, err
}
