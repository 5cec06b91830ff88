package githubfake_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// everything is historied with an app that is told everything.
func everything(t *testing.T) *githubfake.GitHub {
	t.Helper()
	given := historied()
	given.App.Events = []string{"create", "delete", "issue_comment", "pull_request", "push", "release"}
	given.Webhook = githubfake.Webhook{URL: newIntake(t, http.StatusOK).URL, Secret: secret}
	return start(t, given)
}

// told names the events of deliveries.
func told(t *testing.T, deliveries []githubfake.Delivery, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range deliveries {
		names = append(names, strings.TrimSpace(d.Event+" "+d.Action))
	}
	return strings.Join(names, ", ")
}

// payload reads a delivery.
func payload(t *testing.T, d githubfake.Delivery) map[string]any {
	t.Helper()
	var read map[string]any
	if err := json.Unmarshal(d.Payload, &read); err != nil {
		t.Fatal(err)
	}
	return read
}

func TestLifeOfAPullRequest(t *testing.T) {
	g := everything(t)
	c, ctx := client(t, g), soon(t)
	write := githubfake.Commit{Message: "feat(red): colour", Files: map[string]string{"projects/red/colour.go": "package main\n"}}
	_, deliveries, err := g.PushCommits(ctx, repo, "colour", "octocat", write)
	if got := told(t, deliveries, err); got != "create, push" {
		t.Errorf("new branch: %s", got)
	}
	number, deliveries, err := g.CreatePullRequest(ctx, repo, githubfake.PullRequest{Title: "feat(red): colour", Author: "octocat", Head: "colour"})
	if got := told(t, deliveries, err); got != "pull_request opened" || number != 10 {
		t.Errorf("opened: %s, #%d", got, number)
	}
	write = githubfake.Commit{Message: "fix(red): colour", Files: map[string]string{"projects/red/colour.go": "package main\n\nvar c = 1\n"}}
	head, deliveries, err := g.PushCommits(ctx, repo, "colour", "octocat", write)
	if got := told(t, deliveries, err); got != "push, pull_request synchronize" || payload(t, deliveries[1])["after"] != head {
		t.Errorf("pushed: %s", got)
	}
	if payload(t, deliveries[0])["forced"] != false || len(payload(t, deliveries[0])["commits"].([]any)) != 1 {
		t.Errorf("push: %s", deliveries[0].Payload)
	}
	title := "feat(red)!: colour"
	deliveries, err = g.EditPullRequest(ctx, repo, number, "hubot", githubfake.PullRequestEdit{Title: &title})
	if got := told(t, deliveries, err); got != "pull_request edited" || !strings.Contains(string(deliveries[0].Payload), `"changes":{"title":{"from":"feat(red): colour"}}`) {
		t.Errorf("edited: %s", got)
	}
	deliveries, err = g.ClosePullRequest(ctx, repo, number, "hubot")
	if got := told(t, deliveries, err); got != "pull_request closed" {
		t.Errorf("closed: %s", got)
	}
	deliveries, err = g.ReopenPullRequest(ctx, repo, number, "hubot")
	if got := told(t, deliveries, err); got != "pull_request reopened" {
		t.Errorf("reopened: %s", got)
	}
	sha, deliveries, err := g.MergePullRequest(ctx, repo, number, "hubot", githubfake.Squash)
	if got := told(t, deliveries, err); got != "pull_request closed, push" {
		t.Errorf("merged: %s", got)
	}
	pull, _, err := c.PullRequests.Get(ctx, "acme", "microsvcs", number)
	if err != nil || !pull.GetMerged() || pull.GetMergeCommitSHA() != sha || pull.GetMergedBy().GetLogin() != "hubot" || pull.GetCommits() != 2 || pull.GetHead().GetSHA() != head {
		t.Errorf("afterwards: %v, %v", pull, err)
	}
	merged, _, err := c.Repositories.GetCommit(ctx, "acme", "microsvcs", "main", nil)
	if err != nil || merged.GetSHA() != sha || merged.Commit.GetMessage() != "feat(red)!: colour (#10)" || merged.GetCommitter().GetLogin() != "web-flow" {
		t.Errorf("merge commit: %v, %v", merged, err)
	}
	if _, _, err := g.MergePullRequest(ctx, repo, number, "hubot", githubfake.Squash); err == nil {
		t.Error("merged twice")
	}
}

// Whatever the method, GitHub knows which pull request brought a commit in, and what it
// changed.
func TestMergeMethods(t *testing.T) {
	for method, want := range map[githubfake.MergeMethod]struct {
		arrived int  // commits that main has more
		same    bool // the commits of the branch are among them
	}{githubfake.MergeCommit: {3, true}, githubfake.Squash: {1, false}, githubfake.Rebase: {2, false}} {
		g := everything(t)
		c, ctx := client(t, g), soon(t)
		before, _ := g.SHA(repo, "main")
		head, _, err := g.PushCommits(ctx, repo, "two", "octocat",
			githubfake.Commit{Message: "feat: one", Files: map[string]string{"one.txt": "1\n"}},
			githubfake.Commit{Message: "feat: two", Files: map[string]string{"two.txt": "2\n"}})
		if err != nil {
			t.Fatal(err)
		}
		number, _, err := g.CreatePullRequest(ctx, repo, githubfake.PullRequest{Title: "feat: both", Author: "octocat", Head: "two"})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := g.PushCommits(ctx, repo, "main", "hubot", githubfake.Commit{Message: "docs: more", Files: map[string]string{"docs/more.md": "more\n"}}); err != nil {
			t.Fatal(err)
		}
		sha, _, err := g.MergePullRequest(ctx, repo, number, "hubot", method)
		if err != nil {
			t.Fatal(err)
		}
		compared, _, err := c.Repositories.CompareCommits(ctx, "acme", "microsvcs", before, sha, nil)
		if err != nil || compared.GetTotalCommits() != want.arrived+1 || len(compared.Files) != 3 {
			t.Errorf("%s: %d commits, %v", method, compared.GetTotalCommits(), err)
		}
		same := false
		for _, commit := range compared.Commits {
			same = same || commit.GetSHA() == head
			found, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx, "acme", "microsvcs", commit.GetSHA(), nil)
			if err != nil || (commit.Commit.GetMessage() == "docs: more") != (len(found) == 0) {
				t.Errorf("%s: %s: %v, %v", method, commit.Commit.GetMessage(), found, err)
			}
		}
		if same != want.same {
			t.Errorf("%s: the branch's own commits arrived: %t", method, same)
		}
		files, _, err := c.PullRequests.ListFiles(ctx, "acme", "microsvcs", number, nil)
		if err != nil || len(files) != 2 || files[0].GetFilename() != "one.txt" {
			t.Errorf("%s: files %v, %v", method, files, err)
		}
	}
}

func TestForcePushAndDelete(t *testing.T) {
	g := everything(t)
	ctx := soon(t)
	_, deliveries, err := g.PushCommits(ctx, repo, "feature", "hubot", githubfake.Commit{ID: "f2", Parents: []string{"main"}, Message: "feat: else", Files: map[string]string{"else.txt": "1\n"}})
	if got := told(t, deliveries, err); got != "push, pull_request synchronize" || payload(t, deliveries[0])["forced"] != true {
		t.Errorf("forced: %s", got)
	}
	deliveries, err = g.DeleteBranch(ctx, repo, "feature", "hubot")
	if got := told(t, deliveries, err); got != "delete, push, pull_request closed" {
		t.Errorf("deleted: %s", got)
	}
	files, _, err := client(t, g).PullRequests.ListFiles(ctx, "acme", "microsvcs", 9, nil)
	if err != nil || len(files) != 1 || files[0].GetFilename() != "else.txt" {
		t.Errorf("files of the closed one: %v, %v", files, err)
	}
}

func TestTagsAndReleases(t *testing.T) {
	g := everything(t)
	c, ctx := client(t, g), soon(t)
	deliveries, err := g.CreateTag(ctx, repo, "hubot", githubfake.Tag{Name: "red/3.2.1", Commit: "main", Message: "red 3.2.1"})
	if got := told(t, deliveries, err); got != "create, push" || payload(t, deliveries[0])["ref_type"] != "tag" || payload(t, deliveries[1])["ref"] != "refs/tags/red/3.2.1" {
		t.Errorf("tag: %s", got)
	}
	_, deliveries, err = g.PublishRelease(ctx, repo, githubfake.Release{Tag: "red/3.4.0", Author: "octocat", Notes: "Fourth."})
	if got := told(t, deliveries, err); got != "create, push, release created, release published, release released" {
		t.Errorf("release: %s", got)
	}
	_, deliveries, err = g.PublishRelease(ctx, repo, githubfake.Release{Tag: "red/3.3.0", Author: "octocat", Prerelease: true})
	if got := told(t, deliveries, err); got != "create, push, release published, release prereleased" {
		t.Errorf("published draft: %s", got)
	}
	deliveries, err = g.EditRelease(ctx, repo, "red/3.4.0", "hubot", "red 3.4.0", "The fourth.")
	if got := told(t, deliveries, err); got != "release edited" {
		t.Errorf("edited: %s", got)
	}
	release, _, err := c.Repositories.GetReleaseByTag(ctx, "acme", "microsvcs", "red/3.4.0")
	if err != nil || release.GetBody() != "The fourth." || release.GetName() != "red 3.4.0" {
		t.Errorf("release: %v, %v", release, err)
	}
	if _, _, err := g.PublishRelease(ctx, repo, githubfake.Release{Tag: "red/3.4.0", Author: "octocat"}); err == nil {
		t.Error("released twice")
	}
}

// What GitHub would refuse is an error for whoever writes the test.
func TestWhatPeopleMayNotDo(t *testing.T) {
	g := everything(t)
	ctx := soon(t)
	edit := func(path, content string) githubfake.Commit {
		return githubfake.Commit{Message: "edit", Files: map[string]string{path: content}}
	}
	if _, _, err := g.PushCommits(ctx, repo, "clash", "octocat", edit("docs/hello.md", "mine\n")); err != nil {
		t.Fatal(err)
	}
	clash, _, err := g.CreatePullRequest(ctx, repo, githubfake.PullRequest{Title: "clash", Author: "octocat", Head: "clash"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.PushCommits(ctx, repo, "main", "octocat", edit("docs/hello.md", "theirs\n")); err != nil {
		t.Fatal(err)
	}
	merge := func(number int, method githubfake.MergeMethod) error {
		_, _, err := g.MergePullRequest(ctx, repo, number, "hubot", method)
		return err
	}
	open := func(head string) error {
		_, _, err := g.CreatePullRequest(ctx, repo, githubfake.PullRequest{Author: "octocat", Head: head})
		return err
	}
	tag := func(name, commit string) error {
		_, err := g.CreateTag(ctx, repo, "octocat", githubfake.Tag{Name: name, Commit: commit})
		return err
	}
	only := func(_ []githubfake.Delivery, err error) error { return err }
	_, _, notAPath := g.PushCommits(ctx, repo, "main", "octocat", edit("/etc/passwd", ""))
	for says, err := range map[string]error{
		"both sides changed docs/hello.md": merge(clash, githubfake.MergeCommit),
		"no merge method":                  merge(9, "fast-forward"),
		"already exists":                   open("clash"),
		"no commits between":               open("team/blue"),
		"no branch":                        open("gone"),
		"no pull request":                  only(g.ClosePullRequest(ctx, repo, 1, "octocat")),
		"is closed":                        only(g.ClosePullRequest(ctx, repo, 7, "octocat")),
		"open or merged":                   only(g.ReopenPullRequest(ctx, repo, 7, "octocat")),
		"default one":                      only(g.DeleteBranch(ctx, repo, "main", "octocat")),
		"there already":                    tag("red/3.1.0", "c1"),
		"no commit":                        tag("new", "c99"),
		"no release":                       only(g.EditRelease(ctx, repo, "red/9.9.9", "octocat", "", "")),
		"not a path":                       notAPath,
	} {
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A seed that contradicts itself is refused.
func TestSeedsThatAreRefused(t *testing.T) {
	for says, spoil := range map[string]func(*githubfake.Repository){
		"no commit \"c99\"": func(r *githubfake.Repository) { r.Commits[1].Parents = []string{"c99"} },
		"there is a commit": func(r *githubfake.Repository) { r.Commits[1].ID = "c1" },
		"branch old":        func(r *githubfake.Repository) { r.Branches["old"] = "c99" },
		"tag \"red/3.1.0\"": func(r *githubfake.Repository) {
			r.Tags = append(r.Tags, githubfake.Tag{Name: "red/3.1.0", Commit: "c2"})
		},
		"the tag has one already": func(r *githubfake.Repository) { r.Releases = append(r.Releases, githubfake.Release{Tag: "red/3.1.0"}) },
		"it needs a tag":          func(r *githubfake.Repository) { r.Releases[0].Tag = "" },
		"no account":              func(r *githubfake.Repository) { r.Releases[0].Author = "nobody" },
	} {
		given := historied()
		spoil(&given.World.Repositories[0])
		if _, err := githubfake.New(given); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
	if sha := githubfake.CommitSHA("abcdef1"); !strings.HasPrefix(sha, "abcdef1") || len(sha) != 40 {
		t.Errorf("beginning of a hash: %s", sha)
	}
	if slices.Contains([]string{githubfake.CommitSHA("c1"), githubfake.CommitSHA("c2")}, githubfake.CommitSHA("c3")) {
		t.Error("one hash for two commits")
	}
}

// A seed may say that a pull request was merged by rebase, which nobody can tell from the
// commits.
func TestSeededRebase(t *testing.T) {
	given := historied()
	r := &given.World.Repositories[0]
	r.Commits = append(r.Commits, githubfake.Commit{ID: "r1", Message: "feat: one"}, githubfake.Commit{ID: "r2", Message: "feat: two", Files: map[string]string{"two.txt": "2\n"}})
	r.PullRequests = append(r.PullRequests, githubfake.PullRequest{Number: 10, Author: "octocat", Merged: true, MergeSHA: "r2", Rebased: 2})
	g := start(t, given)
	c, ctx := client(t, g), soon(t)
	for id, want := range map[string]int{"r1": 10, "r2": 10, "c5": 8} {
		found, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx, "acme", "microsvcs", githubfake.CommitSHA(id), nil)
		if err != nil || len(found) != 1 || found[0].GetNumber() != want {
			t.Errorf("%s: %v, %v", id, found, err)
		}
	}
	commits, _, err := c.PullRequests.ListCommits(ctx, "acme", "microsvcs", 10, nil)
	if err != nil || len(commits) != 2 || commits[0].GetSHA() != githubfake.CommitSHA("r1") {
		t.Errorf("commits: %v, %v", commits, err)
	}
}

func TestAnotherBase(t *testing.T) {
	g := everything(t)
	base := "team/blue"
	deliveries, err := g.EditPullRequest(soon(t), repo, 9, "octocat", githubfake.PullRequestEdit{Base: &base})
	if got := told(t, deliveries, err); got != "pull_request edited" || !strings.Contains(string(deliveries[0].Payload), `"changes":{"base":{"ref":{"from":"main"}`) {
		t.Errorf("edited: %s %s", got, deliveries[0].Payload)
	}
	files, _, err := client(t, g).PullRequests.ListFiles(soon(t), "acme", "microsvcs", 9, nil)
	if err != nil || len(files) != 2 { // what the main branch had more is now part of it
		t.Errorf("files: %v, %v", files, err)
	}
}
