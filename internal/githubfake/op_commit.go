package githubfake

import (
	"net/http"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// emptyRepository is what GitHub answers about the history of a repository without one.
func emptyRepository(docs string) answer {
	return refuse(http.StatusConflict, docs, "Git Repository is empty.")
}

func listCommits() *operation {
	return &operation{
		id: "repos/list-commits", method: http.MethodGet, path: "/repos/{owner}/{repo}/commits",
		docs: "https://docs.github.com/rest/commits/commits#list-commits",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: (*GitHub).listCommits,
	}
}

// listCommits answers as `git log` does.
func (g *GitHub) listCommits(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	query := r.http.URL.Query()
	from := r.repo.git.Branches[r.repo.branch]
	if sha := query.Get("sha"); sha != "" {
		from = r.repo.git.Resolve(sha)
	}
	if from == nil {
		return notFound(r.op.docs)
	}
	filter := history.Filter{Path: strings.Trim(query.Get("path"), "/")}
	for name, bound := range map[string]*time.Time{"since": &filter.Since, "until": &filter.Until} {
		if text := query.Get(name); text != "" {
			var err error
			if *bound, err = time.Parse(time.RFC3339, text); err != nil {
				return refuse(http.StatusUnprocessableEntity, r.op.docs, "Invalid "+name)
			}
		}
	}
	author, committer := query.Get("author"), query.Get("committer")
	filter.Keep = func(c *history.Commit) bool {
		return g.world.isBy(c.Author, author) && g.world.isBy(c.Committer, committer)
	}
	return page(g, r, history.Log(from, filter), func(c *history.Commit) object { return g.commitJSON(r.repo, c) })
}

// isBy says whether a person has a login or an address; everybody has "".
func (w *world) isBy(p history.Person, whom string) bool {
	if whom == "" || strings.EqualFold(p.Email, whom) {
		return true
	}
	a := w.accountOf(p.Email)
	return a != nil && strings.EqualFold(a.login, whom)
}

func getCommit() *operation {
	return &operation{
		id: "repos/get-commit", method: http.MethodGet, path: "/repos/{owner}/{repo}/commits/{ref...}",
		docs: "https://docs.github.com/rest/commits/commits#get-a-commit",
		as:   installed, needs: []permission{{"contents", "read"}}, media: []string{"sha"},
		handle: (*GitHub).getCommit,
	}
}

// commitFiles is how many files of a commit are answered at once, and listedFiles how
// many in all.
const (
	commitFiles = 300
	listedFiles = 3000
)

func (g *GitHub) getCommit(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	c := r.repo.git.Resolve(r.path["ref"])
	if c == nil {
		return unknownCommit(r, r.path["ref"])
	}
	if r.wants("sha") {
		return raw("application/vnd.github.sha", c.SHA).with("ETag", `"`+c.SHA+`"`)
	}
	var before *history.Tree
	if len(c.Parents) > 0 {
		before = c.Parents[0].Tree
	}
	changes := history.Diff(before, c.Tree)
	added, deleted := r.repo.allLines(changes)
	shown, link := changes, ""
	if query := r.http.URL.Query(); len(changes) > commitFiles || query.Has("page") || query.Has("per_page") {
		shown, link = cutFiles(g, r, changes[:min(len(changes), listedFiles)])
	}
	result := ok(g.commitJSON(r.repo, c).with(
		field{"stats", object{{"total", added + deleted}, {"additions", added}, {"deletions", deleted}}},
		field{"files", list(shown, func(change history.Change) object { return g.changeJSON(r.repo, c, change) })},
	))
	if link != "" {
		result = result.with("Link", link)
	}
	return result
}

// cutFiles returns a page of files: 300 of them, unless fewer are asked for.
func cutFiles(g *GitHub, r *request, changes []history.Change) (shown []history.Change, link string) {
	size := min(r.queryNumber("per_page", commitFiles), commitFiles)
	number := r.queryNumber("page", 1)
	last := max(1, (len(changes)+size-1)/size)
	if number <= last {
		shown = changes[(number-1)*size : min(number*size, len(changes))]
	}
	return shown, g.link(r, number, last)
}

func unknownCommit(r *request, name string) answer {
	return refuse(http.StatusUnprocessableEntity, r.op.docs, "No commit found for SHA: "+name)
}

func listCommitPulls() *operation {
	return &operation{
		id: "repos/list-pull-requests-associated-with-commit", method: http.MethodGet,
		path: "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
		docs: "https://docs.github.com/rest/commits/commits#list-pull-requests-associated-with-a-commit",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: (*GitHub).listCommitPulls,
	}
}

// listCommitPulls answers the merged pull request that brought a commit in. If the commit
// is not in the default branch, open ones that have it are answered too.
func (g *GitHub) listCommitPulls(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	c := r.repo.git.Resolve(r.path["commit_sha"])
	if c == nil {
		return unknownCommit(r, r.path["commit_sha"])
	}
	main := r.repo.git.Branches[r.repo.branch]
	arrived := main != nil && r.repo.git.Contains(main, c)
	var found []*issue
	for _, i := range r.repo.pulls() {
		if i.pull.brought[c.SHA] || !arrived && i.closed.IsZero() && i.has(c) {
			found = append(found, i)
		}
	}
	return page(g, r, found, g.pullSimpleJSON)
}
