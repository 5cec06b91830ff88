package githubfake

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

func getTree() *operation {
	return &operation{
		id: "git/get-tree", method: http.MethodGet, path: "/repos/{owner}/{repo}/git/trees/{tree_sha...}",
		docs: "https://docs.github.com/rest/git/trees#get-a-tree",
		as:   installed, needs: []permission{{"contents", "read"}},
		handle: (*GitHub).getTree,
	}
}

// getTree answers a folder. Any value of "recursive" means yes. The hash that is
// answered is that of what was named, which may be a commit.
func (g *GitHub) getTree(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	sha := r.path["tree_sha"]
	tree := r.repo.git.Tree(sha)
	if tree == nil {
		c := r.repo.git.Resolve(sha)
		if c == nil {
			return notFound(r.op.docs)
		}
		sha, tree = c.SHA, c.Tree
	}
	recursive, truncated := r.http.URL.Query().Has("recursive"), false
	entries := []object{}
	tree.Walk(func(path string, e history.Entry) bool {
		if !recursive && strings.Contains(path, "/") {
			return true
		}
		if truncated = len(entries) >= g.treeEntries; !truncated {
			entries = append(entries, g.entryJSON(r.repo, path, e))
		}
		return !truncated
	})
	return ok(object{
		{"sha", sha},
		{"url", g.repoURL(r.repo) + "/git/trees/" + sha},
		{"tree", entries},
		{"truncated", truncated},
	})
}

func (g *GitHub) entryJSON(repo *repository, path string, e history.Entry) object {
	rendered := object{{"path", path}, {"mode", e.Mode}, {"type", e.Type()}, {"sha", e.SHA}}
	git := g.repoURL(repo) + "/git/"
	switch e.Type() {
	case "tree":
		rendered = rendered.with(field{"url", git + "trees/" + e.SHA})
	case "blob":
		content, _ := repo.git.Blob(e.SHA)
		rendered = rendered.with(field{"size", len(content)}, field{"url", git + "blobs/" + e.SHA})
	}
	return rendered
}

func getBlob() *operation {
	return &operation{
		id: "git/get-blob", method: http.MethodGet, path: "/repos/{owner}/{repo}/git/blobs/{file_sha}",
		docs: "https://docs.github.com/rest/git/blobs#get-a-blob",
		as:   installed, needs: []permission{{"contents", "read"}}, media: []string{"raw"},
		handle: (*GitHub).getBlob,
	}
}

// base64Line is how many characters GitHub writes to a line of base64.
const base64Line = 60

func (g *GitHub) getBlob(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	sha := r.path["file_sha"]
	if !history.IsSHA(sha) {
		return refuse(http.StatusUnprocessableEntity, r.op.docs,
			"The sha parameter must be exactly 40 characters and contain only [0-9a-f].")
	}
	content, found := r.repo.git.Blob(sha)
	if !found {
		return notFound(r.op.docs)
	}
	if r.wants("raw") {
		return raw("application/vnd.github.raw", content)
	}
	var lines strings.Builder
	for text := base64.StdEncoding.EncodeToString([]byte(content)); text != ""; {
		length := min(base64Line, len(text))
		lines.WriteString(text[:length] + "\n")
		text = text[length:]
	}
	return ok(object{
		{"sha", sha},
		{"node_id", shaNodeID("Blob", r.repo, sha)},
		{"size", len(content)},
		{"url", g.repoURL(r.repo) + "/git/blobs/" + sha},
		{"content", lines.String()},
		{"encoding", "base64"},
	})
}
