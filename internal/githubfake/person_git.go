package githubfake

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// SHA returns the hash of the commit that a seed, a branch, a tag or the beginning of a
// hash names.
func (g *GitHub) SHA(repo, name string) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, err := g.world.repo(repo)
	if err != nil {
		return "", fmt.Errorf("githubfake: %w", err)
	}
	c, err := found.commit(name)
	if err != nil {
		return "", fmt.Errorf("githubfake: %w", err)
	}
	return c.SHA, nil
}

// PushCommits is a person pushing new commits to a branch, which is made if there is
// none. The first follows the branch's latest, or the default branch's, unless it names
// its parents: that is how one pushes with force. It returns the hash of the last commit,
// and the deliveries of push, of create for a new branch, and of pull_request for the
// open pull requests of the branch.
func (g *GitHub) PushCommits(ctx context.Context, repo, branch, login string, commits ...Commit) (string, []Delivery, error) {
	sha := ""
	deliveries, err := g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		last := repo.git.Branches[branch]
		if last == nil {
			last = repo.git.Branches[repo.branch]
		}
		for _, commit := range commits {
			if commit.Author == "" {
				commit.Author = login
			}
			made, err := g.world.addCommit(repo, last, commit)
			if err != nil {
				return nil, err
			}
			last = made
		}
		if last == nil {
			return nil, errors.New("nothing to push")
		}
		sha = last.SHA
		return g.moveBranch(repo, by, branch, last), nil
	})
	return sha, deliveries, err
}

// moveBranch lets a branch name a commit, and returns what GitHub tells of it.
func (g *GitHub) moveBranch(repo *repository, by *account, branch string, to *history.Commit) []*event {
	before := repo.git.Branches[branch]
	repo.git.Branches[branch] = to
	moved := refMove{ref: "refs/heads/" + branch, before: before, after: to, afterSHA: to.SHA}
	var told []*event
	if before == nil {
		told = append(told, g.createEvent(repo, by, "branch", branch))
	}
	told = append(told, g.refEvent(repo, by, moved))
	for _, i := range repo.pulls() {
		if !i.closed.IsZero() || i.pull.head != branch || i.pull.headSHA == to.SHA {
			continue
		}
		was := i.pull.headSHA
		i.pull.headSHA, i.updated = to.SHA, g.world.moment()
		// As at GitHub, the base is noted when the head moves, not when the base does.
		if base := repo.git.Branches[i.pull.base]; base != nil {
			i.pull.baseSHA = base.SHA
		}
		told = append(told, g.pullEvent("synchronize", i, by, field{"before", was}, field{"after", to.SHA}))
	}
	return told
}

// DeleteBranch is a person deleting a branch. Its open pull requests are closed by that.
func (g *GitHub) DeleteBranch(ctx context.Context, repo, branch, login string) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		before := repo.git.Branches[branch]
		if before == nil || branch == repo.branch {
			return nil, fmt.Errorf("%s has no branch %q, or it is the default one", repo.fullName(), branch)
		}
		delete(repo.git.Branches, branch)
		told := []*event{
			g.deleteEvent(repo, by, "branch", branch),
			g.refEvent(repo, by, refMove{ref: "refs/heads/" + branch, before: before}),
		}
		for _, i := range repo.pulls() {
			if i.closed.IsZero() && i.pull.head == branch {
				g.closePull(i)
				told = append(told, g.pullEvent("closed", i, by))
			}
		}
		return told, nil
	})
}

// CreateTag is a person pushing a tag. The deliveries are of create and of push.
func (g *GitHub) CreateTag(ctx context.Context, repo, login string, tag Tag) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		made, err := g.world.addTag(repo, tag, by)
		if err != nil {
			return nil, err
		}
		return g.tagEvents(repo, by, tag.Name, made), nil
	})
}

// DeleteTag is a person deleting a tag. Its release becomes a draft by that. The deliveries are of delete and of
// push.
func (g *GitHub) DeleteTag(ctx context.Context, repo, login, tag string) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		gone, there := repo.git.Tags[tag]
		if !there {
			return nil, fmt.Errorf("%s has no tag %q", repo.fullName(), tag)
		}
		delete(repo.git.Tags, tag)
		if r := repo.release(tag); r != nil {
			r.draft, r.published = true, time.Time{}
		}
		return []*event{
			g.deleteEvent(repo, by, "tag", tag),
			g.refEvent(repo, by, refMove{ref: "refs/tags/" + tag, before: gone.Commit}),
		}, nil
	})
}
