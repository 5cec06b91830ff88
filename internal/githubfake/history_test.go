package githubfake_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// historied is config with a history:
//
//	c1 -- c2 -- c4 (merge of #7) -- c5 (squash of #8)   main
//	  \-- c3 --/        \-- f1                          feature (open: #9)
func historied() githubfake.Config {
	given := config()
	given.App.Permissions["contents"] = "read"
	r := &given.World.Repositories[0]
	r.Commits = []githubfake.Commit{
		{ID: "c1", Author: "octocat", Message: "feat: start", Files: map[string]string{"README.md": "hello\n", "projects/red/main.go": "package main\n", "projects/blue/main.go": "package main\n"}},
		{ID: "c2", Author: "hubot", Message: "fix(blue): colour", Files: map[string]string{"projects/blue/main.go": "package blue\n"}},
		{ID: "c3", Parents: []string{"c1"}, Author: "Mona <mona@elsewhere.dev>", Message: "feat(red): shine", Files: map[string]string{"projects/red/main.go": "package main\n\nvar shine = true\n"}},
		{ID: "c4", Parents: []string{"c2", "c3"}, Author: "hubot", Message: "Merge pull request #7 from acme/red"},
		{ID: "f1", Author: "octocat", Message: "feat: more", Files: map[string]string{"more.txt": "more\n"}},
		{ID: "c5", Parents: []string{"c4"}, Author: "octocat", Message: "chore: tidy (#8)", Files: map[string]string{"docs/hello.md": "hello\n"}, Removed: []string{"README.md"}},
	}
	r.Branches = map[string]string{"feature": "f1", "team/blue": "c2"}
	r.Tags = []githubfake.Tag{{Name: "red/3.1.0", Commit: "c1"}, {Name: "red/3.2.0", Commit: "c4", Message: "red 3.2.0"}}
	r.Releases = []githubfake.Release{
		{Tag: "red/3.1.0", Name: "red 3.1.0", Notes: "First."},
		{Tag: "red/3.2.0", Notes: "Second.", Author: "octocat", Prerelease: true},
		{Tag: "red/3.3.0", Draft: true},
	}
	r.PullRequests[0].HeadSHA, r.PullRequests[0].MergeSHA = "c3", "c4"
	r.PullRequests = append(r.PullRequests,
		githubfake.PullRequest{Number: 8, Title: "chore: tidy", Author: "octocat", Merged: true, MergeSHA: "c5"},
		githubfake.PullRequest{Number: 9, Title: "feat: more", Author: "octocat", Head: "feature"})
	return given
}

func TestCompare(t *testing.T) {
	g := start(t, historied())
	c, ctx := client(t, g), soon(t)
	for name, test := range map[string]struct {
		base, head, status string
		ahead, behind      int
		mergeBase          string
		commits, files     []string
	}{
		"ahead":     {"red/3.1.0", "main", "ahead", 4, 0, "c1", []string{"c2", "c3", "c4", "c5"}, []string{"docs/hello.md renamed", "projects/blue/main.go modified", "projects/red/main.go modified"}},
		"behind":    {"main", "team/blue", "behind", 0, 3, "c2", nil, nil},
		"diverged":  {"main", "feature", "diverged", 1, 1, "c4", []string{"f1"}, []string{"more.txt added"}},
		"identical": {"red/3.2.0", githubfake.CommitSHA("c4"), "identical", 0, 0, "c4", nil, nil},
		"shortened": {githubfake.CommitSHA("c1")[:7], "acme:team/blue", "ahead", 1, 0, "c1", []string{"c2"}, []string{"projects/blue/main.go modified"}},
	} {
		got, _, err := c.Repositories.CompareCommits(ctx, "acme", "microsvcs", test.base, test.head, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var commits, files []string
		for _, commit := range got.Commits {
			commits = append(commits, commit.GetSHA())
		}
		for _, file := range got.Files {
			files = append(files, file.GetFilename()+" "+file.GetStatus())
		}
		for i, id := range test.commits {
			test.commits[i] = githubfake.CommitSHA(id)
		}
		if got.GetStatus() != test.status || got.GetAheadBy() != test.ahead || got.GetBehindBy() != test.behind || got.GetTotalCommits() != test.ahead ||
			got.MergeBaseCommit.GetSHA() != githubfake.CommitSHA(test.mergeBase) || !slices.Equal(commits, test.commits) || !slices.Equal(files, test.files) {
			t.Errorf("%s: %s %d %d from %s, %q %q", name, got.GetStatus(), got.GetAheadBy(), got.GetBehindBy(), got.MergeBaseCommit.GetSHA(), commits, files)
		}
	}
	for _, basehead := range []string{"main...gone", "gone...main", "main", "main..feature", "other:main...main"} {
		answer, body := call(t, g, http.MethodGet, "/repos/acme/microsvcs/compare/"+basehead, "", "Authorization", "token "+installationToken(t, g))
		if answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d %s", basehead, answer.StatusCode, body)
		}
	}
}

func TestCommits(t *testing.T) {
	g := start(t, historied())
	c, ctx := client(t, g), soon(t)
	commit, _, err := c.Repositories.GetCommit(ctx, "acme", "microsvcs", "heads/main", nil)
	if err != nil || commit.GetSHA() != githubfake.CommitSHA("c5") || commit.GetAuthor().GetLogin() != "octocat" || commit.Files[0].GetPreviousFilename() != "README.md" {
		t.Errorf("commit: %v, %v", commit, err)
	}
	stranger, _, err := c.Repositories.GetCommit(ctx, "acme", "microsvcs", githubfake.CommitSHA("c3"), nil)
	if err != nil || stranger.Author != nil || stranger.Commit.Author.GetName() != "Mona" || stranger.Stats.GetAdditions() != 2 || stranger.Stats.GetDeletions() != 0 {
		t.Errorf("commit of nobody: %v, %v", stranger, err)
	}
	sha, _, err := c.Repositories.GetCommitSHA1(ctx, "acme", "microsvcs", "red/3.2.0", "")
	if err != nil || sha != githubfake.CommitSHA("c4") {
		t.Errorf("sha: %q, %v", sha, err)
	}
	if _, answer, _ := c.Repositories.GetCommitSHA1(ctx, "acme", "microsvcs", "red/3.2.0", sha); answer.StatusCode != http.StatusNotModified {
		t.Errorf("the same sha: %v", answer)
	}
	if _, answer, err := c.Repositories.GetCommit(ctx, "acme", "microsvcs", "gone", nil); answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(err.Error(), "No commit found for SHA: gone") {
		t.Errorf("unknown: %v", err)
	}
	for path, want := range map[string]int{"": 5, "projects/red": 2, "projects/blue/main.go": 2, "README.md": 2, "gone": 0} {
		listed, _, err := c.Repositories.ListCommits(ctx, "acme", "microsvcs", &github.CommitsListOptions{Path: path})
		if err != nil || len(listed) != want {
			t.Errorf("%q: %d commits, %v", path, len(listed), err)
		}
	}
	if listed, _, err := c.Repositories.ListCommits(ctx, "acme", "microsvcs", &github.CommitsListOptions{Author: "octocat", SHA: "feature"}); err != nil || len(listed) != 2 {
		t.Errorf("by octocat: %d, %v", len(listed), err)
	}
	if _, answer, _ := c.Repositories.ListCommits(ctx, "acme", "microsvcs", &github.CommitsListOptions{SHA: "gone"}); answer.StatusCode != http.StatusNotFound {
		t.Errorf("of nothing: %v", answer)
	}
}

func TestPullRequestsOfCommits(t *testing.T) {
	g := start(t, historied())
	c, ctx := client(t, g), soon(t)
	for id, want := range map[string]int{"c3": 7, "c4": 7, "c5": 8, "f1": 9, "c1": 0, "c2": 0} {
		found, _, err := c.PullRequests.ListPullRequestsWithCommit(ctx, "acme", "microsvcs", githubfake.CommitSHA(id), nil)
		if err != nil || want == 0 != (len(found) == 0) || want != 0 && (len(found) != 1 || found[0].GetNumber() != want) {
			t.Errorf("%s: %v, %v", id, found, err)
		}
	}
	files, _, err := c.PullRequests.ListFiles(ctx, "acme", "microsvcs", 7, nil)
	if err != nil || len(files) != 1 || files[0].GetFilename() != "projects/red/main.go" || files[0].GetAdditions() != 2 {
		t.Errorf("files: %v, %v", files, err)
	}
	commits, _, err := c.PullRequests.ListCommits(ctx, "acme", "microsvcs", 9, nil)
	if err != nil || len(commits) != 1 || commits[0].GetSHA() != githubfake.CommitSHA("f1") {
		t.Errorf("commits: %v, %v", commits, err)
	}
	pull, _, err := c.PullRequests.Get(ctx, "acme", "microsvcs", 9)
	if err != nil || pull.GetHead().GetSHA() != githubfake.CommitSHA("f1") || pull.GetBase().GetSHA() != githubfake.CommitSHA("c5") || pull.GetChangedFiles() != 1 {
		t.Errorf("pull request: %v, %v", pull, err)
	}
	for want, options := range map[int]*github.PullRequestListOptions{
		1: nil, 2: {State: "closed", Sort: "updated", Direction: "desc"}, 3: {State: "all", Base: "main"}, 0: {Head: "acme:gone"},
	} {
		if found, _, err := c.PullRequests.List(ctx, "acme", "microsvcs", options); err != nil || len(found) != want {
			t.Errorf("%+v: %d, %v", options, len(found), err)
		}
	}
}

func TestReleases(t *testing.T) {
	for access, want := range map[string]int{"read": 2, "write": 3} {
		given := historied()
		given.App.Permissions["contents"] = access
		g := start(t, given)
		c, ctx := client(t, g), soon(t)
		all, _, err := c.Repositories.ListReleases(ctx, "acme", "microsvcs", nil)
		if err != nil || len(all) != want {
			t.Errorf("%s: %d, %v", access, len(all), err)
		}
		one, _, err := c.Repositories.GetReleaseByTag(ctx, "acme", "microsvcs", "red/3.2.0")
		if err != nil || one.GetBody() != "Second." || !one.GetPrerelease() || one.Name != nil {
			t.Errorf("by tag: %v, %v", one, err)
		}
		if _, answer, _ := c.Repositories.GetReleaseByTag(ctx, "acme", "microsvcs", "red/3.3.0"); answer.StatusCode != http.StatusNotFound {
			t.Errorf("a draft by its tag: %v", answer)
		}
	}
}

func TestGitObjects(t *testing.T) {
	given := historied()
	given.TreeEntries = 6
	g := start(t, given)
	c, ctx := client(t, g), soon(t)
	token := "token " + installationToken(t, g)

	top, _, err := c.Git.GetTree(ctx, "acme", "microsvcs", "main", false)
	if err != nil || top.GetTruncated() || len(top.Entries) != 2 || top.GetSHA() != githubfake.CommitSHA("c5") {
		t.Fatalf("tree: %v, %v", top, err)
	}
	sub, _, err := c.Git.GetTree(ctx, "acme", "microsvcs", top.Entries[1].GetSHA(), true)
	if err != nil || len(sub.Entries) != 4 || sub.Entries[1].GetPath() != "blue/main.go" || sub.Entries[1].GetSize() != 13 {
		t.Errorf("folder: %v, %v", sub, err)
	}
	if all, _, err := c.Git.GetTree(ctx, "acme", "microsvcs", "main", true); err != nil || !all.GetTruncated() || len(all.Entries) != 6 {
		t.Errorf("whole tree: %v, %v", all, err)
	}
	file := sub.Entries[1].GetSHA()
	blob, _, err := c.Git.GetBlob(ctx, "acme", "microsvcs", file)
	if err != nil || blob.GetContent() != "cGFja2FnZSBibHVlCg==\n" {
		t.Errorf("blob: %v, %v", blob, err)
	}
	if content, _, err := c.Git.GetBlobRaw(ctx, "acme", "microsvcs", file); err != nil || string(content) != "package blue\n" {
		t.Errorf("raw blob: %q, %v", content, err)
	}
	if answer, body := call(t, g, http.MethodGet, "/repos/acme/microsvcs/git/blobs/abc", "", "Authorization", token); answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no hash: %d %s", answer.StatusCode, body)
	}
	ref, _, err := c.Git.GetRef(ctx, "acme", "microsvcs", "tags/red/3.2.0")
	if err != nil || ref.Object.GetType() != "tag" {
		t.Fatalf("ref: %v, %v", ref, err)
	}
	if tag, _, err := c.Git.GetTag(ctx, "acme", "microsvcs", ref.Object.GetSHA()); err != nil || tag.Object.GetSHA() != githubfake.CommitSHA("c4") || tag.GetMessage() != "red 3.2.0" {
		t.Errorf("tag: %v, %v", tag, err)
	}
	if _, answer, _ := c.Git.GetRef(ctx, "acme", "microsvcs", "heads/team"); answer.StatusCode != http.StatusNotFound {
		t.Errorf("part of a ref: %v", answer)
	}
}

// A repository without commits has no history to tell of.
func TestEmptyRepository(t *testing.T) {
	given := config()
	given.App.Permissions["contents"] = "read"
	g := start(t, given)
	token := "token " + installationToken(t, g)
	for path, status := range map[string]int{
		"/commits": 409, "/commits/main": 409, "/commits/main/pulls": 409, "/git/trees/main": 409, "/git/ref/heads/main": 409,
		"/git/blobs/abc": 409, "/git/tags/abc": 409, "/compare/a...b": 404, "/releases": 200, "/releases/tags/v1": 404,
		"/pulls": 200, "/pulls/7/files": 200, "/pulls/1/files": 404, "/pulls/7/commits": 200,
	} {
		answer, body := call(t, g, http.MethodGet, "/repos/acme/microsvcs"+path, "", "Authorization", token)
		if answer.StatusCode != status || !json.Valid([]byte(body)) {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}

func TestHistoryNeedsPermission(t *testing.T) {
	given := historied()
	given.App.Permissions = map[string]string{"issues": "write"}
	g := start(t, given)
	token := "token " + installationToken(t, g)
	for path, need := range map[string]string{
		"/commits": "contents=read", "/commits/main": "contents=read", "/compare/a...b": "contents=read", "/releases": "contents=read",
		"/releases/tags/v1": "contents=read", "/git/trees/main": "contents=read", "/git/blobs/abc": "contents=read", "/git/ref/heads/main": "contents=read",
		"/git/tags/abc": "contents=read", "/commits/main/pulls": "pull_requests=read", "/pulls": "pull_requests=read",
		"/pulls/7/files": "pull_requests=read", "/pulls/7/commits": "pull_requests=read",
	} {
		answer, body := call(t, g, http.MethodGet, "/repos/acme/microsvcs"+path, "", "Authorization", token)
		if answer.StatusCode != http.StatusForbidden || answer.Header.Get("X-Accepted-GitHub-Permissions") != need {
			t.Errorf("%s: %d %s", path, answer.StatusCode, body)
		}
	}
}
