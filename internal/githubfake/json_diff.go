package githubfake

import (
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// changeJSON is a changed file as the commit at has it. Patches are left out: GitHub
// leaves them out of large and of binary files, and nobody may rely on them.
func (g *GitHub) changeJSON(repo *repository, at *history.Commit, c history.Change) object {
	added, deleted := repo.lines(c)
	sha, path := c.New, escapedPath(c.Path)
	if c.Status == history.Removed {
		sha = c.Old
	}
	html := g.html + "/" + repo.fullName()
	rendered := object{
		{"sha", sha},
		{"filename", c.Path},
		{"status", string(c.Status)},
		{"additions", added},
		{"deletions", deleted},
		{"changes", added + deleted},
		{"blob_url", html + "/blob/" + at.SHA + "/" + path},
		{"raw_url", html + "/raw/" + at.SHA + "/" + path},
		{"contents_url", g.repoURL(repo) + "/contents/" + path + "?ref=" + at.SHA},
	}
	if c.Previous != "" {
		rendered = rendered.with(field{"previous_filename", c.Previous})
	}
	return rendered
}

// lines returns how many lines of a file were added and deleted; none if the contents
// are not known.
func (r *repository) lines(c history.Change) (added, deleted int) {
	from, _ := r.git.Blob(c.Old)
	to, _ := r.git.Blob(c.New)
	if from == to {
		return 0, 0
	}
	return history.Lines(from, to)
}

// allLines sums the lines of many files.
func (r *repository) allLines(changes []history.Change) (added, deleted int) {
	for _, c := range changes {
		a, d := r.lines(c)
		added, deleted = added+a, deleted+d
	}
	return added, deleted
}

// escapedPath escapes each segment of a path for an address.
func escapedPath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = url.PathEscape(segment)
	}
	return strings.Join(segments, "/")
}
