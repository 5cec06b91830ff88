package githubfake

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

func getPull() *operation {
	return &operation{
		id: "pulls/get", method: http.MethodGet, path: "/repos/{owner}/{repo}/pulls/{pull_number}",
		docs: "https://docs.github.com/rest/pulls/pulls#get-a-pull-request",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: func(g *GitHub, r *request) answer {
			issue, found := r.issue("pull_number")
			if !found || issue.pull == nil {
				return notFound(r.op.docs)
			}
			return ok(g.pullJSON(issue))
		},
	}
}

func listPulls() *operation {
	return &operation{
		id: "pulls/list", method: http.MethodGet, path: "/repos/{owner}/{repo}/pulls",
		docs: "https://docs.github.com/rest/pulls/pulls#list-pull-requests",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: (*GitHub).listPulls,
	}
}

func (g *GitHub) listPulls(r *request) answer {
	query := r.http.URL.Query()
	state := cmp.Or(query.Get("state"), "open")
	// As at GitHub, a head without its owner filters nothing.
	owner, head, headed := strings.Cut(query.Get("head"), ":")
	base := query.Get("base")
	found := slices.DeleteFunc(r.repo.pulls(), func(i *issue) bool {
		return state != "all" && (state == "open") != i.closed.IsZero() ||
			headed && (!strings.EqualFold(owner, r.repo.owner.login) || i.pull.head != head) ||
			base != "" && i.pull.base != base
	})
	by := query.Get("sort")
	slices.SortStableFunc(found, func(a, b *issue) int {
		switch by {
		case "updated":
			return a.updated.Compare(b.updated)
		case "popularity":
			return cmp.Compare(a.commentCount(), b.commentCount())
		}
		return a.created.Compare(b.created)
	})
	direction := query.Get("direction")
	if direction == "desc" || direction == "" && (by == "" || by == "created") {
		slices.Reverse(found)
	}
	return page(g, r, found, g.pullSimpleJSON)
}

// pulls returns the pull requests of a repository by number.
func (r *repository) pulls() []*issue {
	var found []*issue
	for _, i := range r.issues {
		if i.pull != nil {
			found = append(found, i)
		}
	}
	slices.SortFunc(found, func(a, b *issue) int { return cmp.Compare(a.number, b.number) })
	return found
}

func listPullFiles() *operation {
	return &operation{
		id: "pulls/list-files", method: http.MethodGet, path: "/repos/{owner}/{repo}/pulls/{pull_number}/files",
		docs: "https://docs.github.com/rest/pulls/pulls#list-pull-requests-files",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: func(g *GitHub, r *request) answer {
			i, found := r.issue("pull_number")
			if !found || i.pull == nil {
				return notFound(r.op.docs)
			}
			_, head := i.sides()
			changes := i.changes()
			return page(g, r, changes[:min(len(changes), listedFiles)], func(c history.Change) object {
				return g.changeJSON(r.repo, head, c)
			})
		},
	}
}

// pullCommits is how many commits of a pull request are listed.
const pullCommits = 250

func listPullCommits() *operation {
	return &operation{
		id: "pulls/list-commits", method: http.MethodGet, path: "/repos/{owner}/{repo}/pulls/{pull_number}/commits",
		docs: "https://docs.github.com/rest/pulls/pulls#list-commits-on-a-pull-request",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: func(g *GitHub, r *request) answer {
			i, found := r.issue("pull_number")
			if !found || i.pull == nil {
				return notFound(r.op.docs)
			}
			commits := i.commits()
			slices.Reverse(commits)
			return page(g, r, commits[:min(len(commits), pullCommits)], func(c *history.Commit) object {
				return g.commitJSON(r.repo, c)
			})
		},
	}
}
