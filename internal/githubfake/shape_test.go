package githubfake_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// shape is what GitHub's real payloads have at a place: testdata/README.md says where
// that is known from.
type shape struct {
	types  string // like "null|string"
	always bool
}

func realShapes(t *testing.T) map[string]map[string]shape {
	t.Helper()
	file, err := os.Open("testdata/webhook-shapes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	shapes := map[string]map[string]shape{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		if strings.HasPrefix(lines.Text(), "#") || len(parts) != 4 {
			continue
		}
		if shapes[parts[0]] == nil {
			shapes[parts[0]] = map[string]shape{}
		}
		shapes[parts[0]][parts[1]] = shape{types: parts[2], always: parts[3] == "always"}
	}
	return shapes
}

// Every key of every payload exists in GitHub's real payloads, with that type, and no
// key is missing that these always have.
func TestPayloadsHaveTheShapesOfRealOnes(t *testing.T) {
	in := newIntake(t, http.StatusOK)
	given := historied()
	given.App.Events = []string{"create", "delete", "issue_comment", "pull_request", "push", "release"}
	given.Webhook = githubfake.Webhook{URL: in.URL, Secret: secret}
	g := start(t, given)
	emitEverything(t, g)
	emitHistory(t, g)
	shapes := realShapes(t)
	for _, d := range g.Deliveries() {
		var payload map[string]any
		if err := json.Unmarshal(d.Payload, &payload); err != nil {
			t.Fatal(err)
		}
		known, seen := shapes[d.Event], map[string]bool{}
		for path, kind := range paths("", payload, map[string]string{}) {
			seen[path] = true
			if beyondTheExamples(d.Event, path) {
				continue
			}
			if !strings.Contains("|"+known[path].types+"|", "|"+kind+"|") {
				t.Errorf("%s %s: %s is %s; GitHub: %q", d.Event, d.Action, path, kind, known[path].types)
			}
		}
		for path, example := range known {
			parent := path[:max(0, strings.LastIndex(path, "."))]
			if d.Event == "ping" || strings.HasSuffix(path, "[]") {
				continue // the examples' pings are of repositories' webhooks, and lists may be empty
			}
			if example.always && !seen[path] && (parent == "" || seen[parent]) {
				t.Errorf("%s %s: no %s", d.Event, d.Action, path)
			}
		}
	}
}

// beyondTheExamples says whether the examples can't tell about a key: none of them is
// about a closed issue, an issue without text, a pull request's conversation, a merged
// pull request, a comment by an app, or a repository without code, and some are older
// than the key. All these keys are in REST answers too, where the same functions make
// them and GitHub's OpenAPI description judges them.
//
// The last ones are of webhooks alone. No example is about a release in an organization's
// repository, an edited pull request, or a push that changed or removed a file; GitHub
// documents them: https://docs.github.com/en/webhooks/webhook-events-and-payloads
func beyondTheExamples(event, path string) bool {
	if path == "repository.language" {
		return true
	}
	path = event + " " + path
	for _, known := range []string{
		"issue_comment issue.closed_at", "issue_comment issue.body", "issue_comment issue.pull_request",
		"issue_comment issue.timeline_url", "issue_comment issue.state_reason", "issue_comment comment.performed_via_github_app",
		"pull_request pull_request.merged_at", "pull_request pull_request.merged_by",
		"release organization", "pull_request changes",
		"push commits[].modified[]", "push commits[].removed[]", "push head_commit.modified[]", "push head_commit.removed[]",
	} {
		if path == known || strings.HasPrefix(path, known+".") {
			return true
		}
	}
	return false
}

func emitEverything(t *testing.T, g *githubfake.GitHub) {
	t.Helper()
	ctx := soon(t)
	check := func(d githubfake.Delivery, err error) {
		t.Helper()
		if err != nil || !d.OK() {
			t.Fatalf("%+v, %v", d, err)
		}
	}
	for _, number := range []int{1, 7} {
		written, d, err := g.Comment(ctx, repo, number, "octocat", "hello")
		check(d, err)
		check(g.EditComment(ctx, written.ID, "octocat", "hi"))
		check(g.DeleteComment(ctx, written.ID, "octocat"))
	}
	_, d, err := g.Comment(ctx, repo, 1, "helper[bot]", "hello")
	check(d, err)
	check(g.Ping(ctx), nil)
	check(g.TellPullRequest(ctx, repo, 7, "closed", "hubot"))
	check(g.Push(ctx, githubfake.PushEvent{Repo: repo, Ref: "refs/tags/red/3.2.0", After: strings.Repeat("a", 40), Login: "hubot"}))
	check(g.Push(ctx, githubfake.PushEvent{Repo: repo, Ref: "refs/heads/old", Before: strings.Repeat("b", 40), Login: "hubot"}))
	check(g.TellInstallation(ctx, installation, "created", "hubot"))
}

// emitHistory lets everything happen that people do with commits.
func emitHistory(t *testing.T, g *githubfake.GitHub) {
	t.Helper()
	ctx := soon(t)
	check := func(deliveries []githubfake.Delivery, err error) {
		t.Helper()
		if err != nil || len(deliveries) == 0 {
			t.Fatalf("%+v, %v", deliveries, err)
		}
	}
	push := func(branch string, commit githubfake.Commit) {
		t.Helper()
		_, deliveries, err := g.PushCommits(ctx, repo, branch, "octocat", commit)
		check(deliveries, err)
	}
	push("shape", githubfake.Commit{Message: "feat: shape", Files: map[string]string{"shape.txt": "1\n"}})
	number, deliveries, err := g.CreatePullRequest(ctx, repo, githubfake.PullRequest{Title: "feat: shape", Body: "A shape.", Author: "octocat", Head: "shape"})
	check(deliveries, err)
	push("shape", githubfake.Commit{Message: "feat: shape", Files: map[string]string{"shape.txt": "2\n"}, Removed: []string{"docs"}})
	title := "feat: shapes"
	check(g.EditPullRequest(ctx, repo, number, "octocat", githubfake.PullRequestEdit{Title: &title}))
	check(g.ClosePullRequest(ctx, repo, number, "octocat"))
	check(g.ReopenPullRequest(ctx, repo, number, "octocat"))
	_, deliveries, err = g.MergePullRequest(ctx, repo, number, "octocat", githubfake.MergeCommit)
	check(deliveries, err)
	check(g.DeleteBranch(ctx, repo, "shape", "octocat"))
	check(g.CreateTag(ctx, repo, "octocat", githubfake.Tag{Name: "v1", Commit: "main"}))
	_, deliveries, err = g.PublishRelease(ctx, repo, githubfake.Release{Tag: "v2", Author: "octocat"})
	check(deliveries, err)
	check(g.EditRelease(ctx, repo, "v2", "octocat", "Two", "Second."))
	check(g.DeleteTag(ctx, repo, "octocat", "v1"))
}

// paths notes the JSON type of every key, with the paths of the notes.
func paths(path string, value any, into map[string]string) map[string]string {
	switch v := value.(type) {
	case map[string]any:
		into[path] = "object"
		for key, item := range v {
			switch {
			case path == "":
				paths(key, item, into)
			case strings.HasSuffix(path, "permissions"):
				paths(path+".*", item, into)
			default:
				paths(path+"."+key, item, into)
			}
		}
	case []any:
		into[path] = "array"
		for _, item := range v {
			paths(path+"[]", item, into)
		}
	case nil:
		into[path] = "null"
	case bool:
		into[path] = "boolean"
	case float64:
		into[path] = "number"
	case string:
		into[path] = "string"
	}
	delete(into, "")
	return into
}
