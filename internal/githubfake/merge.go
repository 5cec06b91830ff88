package githubfake

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// mergeBy makes the commits of a merge as GitHub does for each method, and returns the
// last. A *history.Conflict says that GitHub would not merge.
func (g *GitHub) mergeBy(i *issue, by *account, method MergeMethod, base, head *history.Commit, compared history.Comparison) (*history.Commit, error) {
	now := g.world.moment()
	if method == Rebase {
		return i.repo.rebase(base, compared.Ahead, g.world.person(by.login, now))
	}
	edits, err := history.Merge(compared.MergeBase.Tree, base.Tree, head.Tree)
	if err != nil {
		return nil, err
	}
	draft := history.Draft{Parents: []*history.Commit{base}, Committer: webFlowPerson(now), Edits: edits}
	switch method {
	case MergeCommit:
		draft.Parents = append(draft.Parents, head)
		draft.Author = g.world.person(by.login, now)
		draft.Message = fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", i.number, i.repo.owner.login, i.pull.head, i.title)
	case Squash:
		draft.Author = g.world.person(i.author.login, now)
		draft.Message = fmt.Sprintf("%s (#%d)", i.title, i.number)
		if i.body != "" {
			draft.Message += "\n\n" + i.body
		}
	default:
		return nil, fmt.Errorf("GitHub has no merge method %q", method)
	}
	return i.repo.git.Add(draft)
}

// rebase makes commits, given newest first, again on top of another one. Merges among
// them are left out, as Git does.
func (r *repository) rebase(onto *history.Commit, commits []*history.Commit, by history.Person) (*history.Commit, error) {
	last := onto
	for _, c := range slices.Backward(commits) {
		if len(c.Parents) > 1 {
			continue
		}
		var before *history.Tree
		if len(c.Parents) > 0 {
			before = c.Parents[0].Tree
		}
		edits, err := history.Merge(before, last.Tree, c.Tree)
		if err != nil {
			return nil, err
		}
		if last, err = r.git.Add(history.Draft{
			Parents: []*history.Commit{last}, Author: c.Author, Committer: by, Message: c.Message, Edits: edits,
		}); err != nil {
			return nil, err
		}
	}
	return last, nil
}
