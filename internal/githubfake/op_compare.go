package githubfake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

const (
	// unpagedCommits is how many commits a comparison lists if no page is asked for.
	unpagedCommits = 250
	// comparedFiles is how many files a comparison lists.
	comparedFiles = 300
)

func compareCommits() *operation {
	return &operation{
		id: "repos/compare-commits-with-basehead", method: http.MethodGet, path: "/repos/{owner}/{repo}/compare/{basehead...}",
		docs: "https://docs.github.com/rest/commits/commits#compare-two-commits",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: (*GitHub).compareCommits,
	}
}

func (g *GitHub) compareCommits(r *request) answer {
	baseName, headName, isRange := strings.Cut(r.path["basehead"], "...")
	base, head := r.repo.compared(baseName), r.repo.compared(headName)
	if !isRange || base == nil || head == nil {
		return notFound(r.op.docs)
	}
	compared := r.repo.git.Compare(base, head)
	if compared.MergeBase == nil {
		return refuse(http.StatusNotFound, r.op.docs, fmt.Sprintf("No common ancestor between %s and %s.", baseName, headName))
	}
	commits := slices.Clone(compared.Ahead)
	slices.Reverse(commits)
	shown, pageNumber, link := commits[max(0, len(commits)-unpagedCommits):], 1, ""
	if query := r.http.URL.Query(); query.Has("page") || query.Has("per_page") {
		shown, pageNumber, link = cut(g, r, commits)
	}
	result := ok(g.comparisonJSON(r, base, head, compared, shown).with(
		field{"files", g.comparedFilesJSON(r.repo, compared.MergeBase, head, pageNumber)}))
	if link != "" {
		result = result.with("Link", link)
	}
	return result
}

// compared returns the commit that one side of a comparison names, which may have the
// owner before it.
func (r *repository) compared(name string) *history.Commit {
	if owner, rest, ok := strings.Cut(name, ":"); ok && strings.EqualFold(owner, r.owner.login) {
		name = rest
	}
	return r.git.Resolve(name)
}

// comparedFilesJSON are the files of the whole comparison, on the first page only.
func (g *GitHub) comparedFilesJSON(repo *repository, from, to *history.Commit, pageNumber int) []object {
	if pageNumber > 1 {
		return []object{}
	}
	changes := history.Diff(from.Tree, to.Tree)
	return list(changes[:min(len(changes), comparedFiles)], func(c history.Change) object {
		return g.changeJSON(repo, to, c)
	})
}

func (g *GitHub) comparisonJSON(r *request, base, head *history.Commit, c history.Comparison, shown []*history.Commit) object {
	status := "identical"
	switch ahead := len(c.Ahead) > 0; {
	case ahead && c.Behind > 0:
		status = "diverged"
	case ahead:
		status = "ahead"
	case c.Behind > 0:
		status = "behind"
	}
	repo := r.repo
	html := g.html + "/" + repo.fullName() + "/compare/"
	own := escapedPath(r.path["basehead"])
	return object{
		{"url", g.repoURL(repo) + "/compare/" + own},
		{"html_url", html + own},
		{"permalink_url", fmt.Sprintf("%s%s:%.7s...%s:%.7s", html, repo.owner.login, base.SHA, repo.owner.login, head.SHA)},
		{"diff_url", html + own + ".diff"},
		{"patch_url", html + own + ".patch"},
		{"base_commit", g.commitJSON(repo, base)},
		{"merge_base_commit", g.commitJSON(repo, c.MergeBase)},
		{"status", status},
		{"ahead_by", len(c.Ahead)},
		{"behind_by", c.Behind},
		{"total_commits", len(c.Ahead)},
		{"commits", list(shown, func(c *history.Commit) object { return g.commitJSON(repo, c) })},
	}
}
