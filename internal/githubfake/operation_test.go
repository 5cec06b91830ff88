package githubfake

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

// Every operation is one of GitHub's: its method, its path, and its documentation.
func TestOperationsAreGitHubs(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range operations() {
		if seen[op.id] {
			t.Errorf("%s: twice", op.id)
		}
		seen[op.id] = true
		method, path, err := openapi.Contract{}.Route(op.id)
		if err != nil {
			t.Error(err)
			continue
		}
		if op.method != method || strings.ReplaceAll(op.path, "...}", "}") != path {
			t.Errorf("%s: %s %s; GitHub: %s %s", op.id, op.method, op.path, method, path)
		}
		if docs, err := (openapi.Contract{}).Documentation(op.id); err != nil || docs != op.docs {
			t.Errorf("%s: %s; GitHub: %s, %v", op.id, op.docs, docs, err)
		}
		if strings.Contains(op.path, "{repo}") && op.as == installed && len(op.needs) == 0 {
			t.Errorf("%s: which permission does it need?", op.id)
		}
	}
}

func TestRoutes(t *testing.T) {
	g := &GitHub{prefix: "/base", routes: append(operations(), &operation{
		id: "contents", method: "GET", path: "/repos/{owner}/{repo}/contents/{path...}",
		segments: []string{"repos", "{owner}", "{repo}", "contents", "{path...}"},
	})}
	for path, want := range map[string]string{
		"/base/repos/a/b/issues/comments/5":                "issues/get-comment 5",
		"/base/repos/a/b/issues/5/comments":                "issues/list-comments 5",
		"/base/repos/a/b/contents/dir/file%20a.yaml":       "contents dir/file a.yaml",
		"/base/orgs/a/teams/b%2Fc/members":                 "teams/list-members-in-org b/c",
		"/base/repos/a/b/issues/99999999999999999999":      "",
		"/base/repos/a/b/contents":                         "",
		"/base/repos/a/b/contents/":                        "",
		"/repos/a/b/issues/5":                              "",
		"/base/repos/a/b/issues/5/comments/more":           "",
		"/base/users/kargo-bot%5Bbot%5D":                   "users/get-by-username kargo-bot[bot]",
		"/base/users/%zz":                                  "",
		"/base/repos/a/b/issues/comments/5/reactions/none": "",
	} {
		op, parameters := g.route("GET", path)
		got := ""
		if op != nil {
			for _, name := range []string{"comment_id", "issue_number", "path", "team_slug", "username"} {
				if value, ok := parameters[name]; ok {
					got = op.id + " " + value
				}
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}
