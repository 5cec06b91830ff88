package githubfake

import (
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// place finds the commits of a pull request that is there from the start. What the
// repository does not have stays as it was given.
func (r *repository) place(p *pull, seed PullRequest) {
	found := func(given, branch string) *history.Commit {
		if given == "" {
			return r.git.Branches[branch]
		}
		c, _ := r.commit(given)
		return c
	}
	if c := found(seed.HeadSHA, p.head); c != nil {
		p.headSHA = c.SHA
	}
	if c := found(seed.BaseSHA, p.base); c != nil {
		p.baseSHA = c.SHA
	}
	merge := found(seed.MergeSHA, "")
	if !seed.Merged || merge == nil {
		return
	}
	p.mergeSHA, p.brought = merge.SHA, map[string]bool{}
	before := merge
	switch {
	case len(merge.Parents) > 1:
		before = merge.Parents[0]
		for _, c := range r.git.Compare(before, merge).Ahead {
			p.brought[c.SHA] = true
		}
	default:
		for range max(1, seed.Rebased) {
			p.brought[before.SHA] = true
			if len(before.Parents) == 0 {
				break
			}
			before = before.Parents[0]
		}
	}
	if seed.BaseSHA == "" {
		p.baseSHA = before.SHA
	}
	head := r.git.Commit(p.headSHA)
	switch {
	case head != nil:
	case len(merge.Parents) > 1:
		head = merge.Parents[1]
	default:
		head = merge // its branch is long gone
	}
	p.headSHA = head.SHA
	p.diffBase = r.git.Compare(before, head).MergeBase
}

// sides returns the commits between which a pull request's changes are, or nil if the
// repository does not have them.
func (i *issue) sides() (from, to *history.Commit) {
	git, p := i.repo.git, i.pull
	head := git.Commit(p.headSHA)
	if head == nil {
		return nil, nil
	}
	if p.diffBase != nil {
		return p.diffBase, head
	}
	base := git.Branches[p.base]
	if base == nil {
		base = git.Commit(p.baseSHA)
	}
	if base == nil {
		return nil, nil
	}
	if from = git.Compare(base, head).MergeBase; from == nil {
		return nil, nil
	}
	return from, head
}

// changes returns what a pull request changes: what the head has changed since it left
// the base.
func (i *issue) changes() []history.Change {
	from, to := i.sides()
	if to == nil {
		return nil
	}
	return history.Diff(from.Tree, to.Tree)
}

// commits returns the commits of a pull request, newest first.
func (i *issue) commits() []*history.Commit {
	from, to := i.sides()
	if to == nil {
		return nil
	}
	return i.repo.git.Compare(from, to).Ahead
}

// has says whether a commit is one of an open pull request.
func (i *issue) has(c *history.Commit) bool {
	return slices.Contains(i.commits(), c)
}
