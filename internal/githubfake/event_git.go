package githubfake

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// refMove is a branch or a tag that was moved.
type refMove struct {
	ref           string          // like refs/heads/main
	before, after *history.Commit // nil: there was none, there is none
	afterSHA      string          // of after, or of the annotated tag that names it
}

// pushedCommits is how many commits a push event holds.
const pushedCommits = 2048

// refEvent tells of a moved ref with its commits.
func (g *GitHub) refEvent(repo *repository, by *account, m refMove) *event {
	push := PushEvent{Ref: m.ref, After: m.afterSHA}
	if m.before != nil {
		push.Before = m.before.SHA
	}
	return g.pushEventWith(repo, by, push, func(payload object) {
		if m.after == nil {
			return
		}
		payload.set("forced", m.before != nil && !repo.git.Contains(m.after, m.before))
		payload.set("commits", list(repo.pushed(m), func(c *history.Commit) object { return g.pushedCommitJSON(repo, c) }))
		payload.set("head_commit", g.pushedCommitJSON(repo, m.after))
	})
}

// pushed returns the commits that a push brought, oldest first: those that the ref
// lacked, or the default branch if the ref is new. A tag brings none.
func (r *repository) pushed(m refMove) []*history.Commit {
	since := m.before
	if since == nil {
		since = r.git.Branches[r.branch]
	}
	if strings.HasPrefix(m.ref, "refs/tags/") || since == nil {
		return nil
	}
	commits := r.git.Compare(since, m.after).Ahead
	slices.Reverse(commits)
	return commits[:min(len(commits), pushedCommits)]
}

func (g *GitHub) pushedCommitJSON(repo *repository, c *history.Commit) object {
	files := map[history.Status][]string{}
	var before *history.Tree
	if len(c.Parents) > 0 {
		before = c.Parents[0].Tree
	}
	for _, change := range history.Diff(before, c.Tree) {
		// A push knows of no renames.
		if change.Status == history.Renamed {
			files[history.Removed] = append(files[history.Removed], change.Previous)
			change.Status = history.Added
		}
		files[change.Status] = append(files[change.Status], change.Path)
	}
	paths := func(status history.Status) []string { return append([]string{}, files[status]...) }
	return object{
		{"id", c.SHA},
		{"tree_id", c.Tree.SHA},
		{"distinct", true},
		{"message", c.Message},
		{"timestamp", stamp(c.Committer.At)},
		{"url", g.commitHTML(repo, c)},
		{"author", g.pushedPersonJSON(c.Author)},
		{"committer", g.pushedPersonJSON(c.Committer)},
		{"added", paths(history.Added)},
		{"removed", paths(history.Removed)},
		{"modified", paths(history.Modified)},
	}
}

func (g *GitHub) pushedPersonJSON(p history.Person) object {
	rendered := object{{"name", p.Name}, {"email", p.Email}}
	switch a := g.world.accountOf(p.Email); {
	case p.Email == webFlowEmail:
		return rendered.with(field{"username", webFlow().login})
	case a != nil:
		return rendered.with(field{"username", a.login})
	}
	return rendered
}

// tagEvents tells of a new tag.
func (g *GitHub) tagEvents(repo *repository, by *account, name string, tag history.Tag) []*event {
	sha := tag.SHA
	if sha == "" {
		sha = tag.Commit.SHA
	}
	return []*event{
		g.createEvent(repo, by, "tag", name),
		g.refEvent(repo, by, refMove{ref: "refs/tags/" + name, after: tag.Commit, afterSHA: sha}),
	}
}

// createEvent tells of a new branch or tag. kind is "branch" or "tag".
func (g *GitHub) createEvent(repo *repository, by *account, kind, name string) *event {
	return g.about(repo, "create", "", func(in *installation) object {
		return object{
			{"ref", name},
			{"ref_type", kind},
			{"master_branch", repo.branch},
			{"description", nil},
			{"pusher_type", "user"},
		}.with(g.contextJSON(repo, by, in)...)
	})
}

// deleteEvent tells of a branch or a tag that is gone.
func (g *GitHub) deleteEvent(repo *repository, by *account, kind, name string) *event {
	return g.about(repo, "delete", "", func(in *installation) object {
		return object{{"ref", name}, {"ref_type", kind}, {"pusher_type", "user"}}.with(g.contextJSON(repo, by, in)...)
	})
}

// releaseEvent tells of a release; more is what comes with the action.
func (g *GitHub) releaseEvent(action string, r *release, by *account, more ...field) *event {
	return g.about(r.repo, "release", action, func(in *installation) object {
		return object{{"action", action}, {"release", g.releaseJSON(r)}}.with(more...).with(g.contextJSON(r.repo, by, in)...)
	})
}

// compareHTML is where people see what a push brought.
func (g *GitHub) compareHTML(repo *repository, before, after string) string {
	return fmt.Sprintf("%s/%s/compare/%.12s...%.12s", g.html, repo.fullName(), before, after)
}
