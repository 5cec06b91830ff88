package github_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// forge is a GitHub whose repository has a history, and who reads it.
type forge struct {
	*githubfake.GitHub
	source *github.Source
	client *github.Client
	now    *clock
}

// startForge returns a GitHub where the repository has that history.
func startForge(t *testing.T, repo githubfake.Repository, change ...func(*githubfake.Config)) forge {
	t.Helper()
	repo.FullName = repository
	g := start(t, append([]func(*githubfake.Config){func(c *githubfake.Config) {
		maps.Copy(c.App.Permissions, map[string]string{"contents": "read"})
		c.App.Events = append(c.App.Events, "pull_request", "push", "create", "release")
		c.World.Repositories[0] = repo
	}}, change...)...)
	now := newClock()
	client := newClient(t, g.URL(), func(o *github.ClientOptions) { o.Now = now.Now })
	return forge{GitHub: g, source: sourceOf(t, client), client: client, now: now}
}

// sha returns the hash that a name stands for.
func (f forge) sha(t *testing.T, name string) string {
	t.Helper()
	sha, err := f.SHA(repository, name)
	if err != nil {
		t.Fatal(err)
	}
	return sha
}

// compare compares two names.
func (f forge) compare(t *testing.T, base, head string) *freightdiff.Comparison {
	t.Helper()
	c, err := f.source.Compare(soon(t), repository, f.sha(t, base), f.sha(t, head))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// names returns what people call the commits of a comparison that are wanted, oldest first.
func (f forge) names(t *testing.T, c *freightdiff.Comparison, wanted func(string) bool) string {
	t.Helper()
	var all []string
	for _, commit := range c.Commits {
		if wanted(commit.SHA) {
			subject, _, _ := strings.Cut(commit.Message, "\n")
			all = append(all, subject)
		}
	}
	return strings.Join(all, ", ")
}

func all(string) bool { return true }

// monorepo is red and blue in one repository. What is merged stands for itself:
//
//	c1 - c2 - c3 ----- m - c5    main
//	        \- s1 - s2 -/         side
func monorepo() githubfake.Repository {
	return githubfake.Repository{
		Commits: []githubfake.Commit{
			{ID: "c1", Message: "chore: begin", Author: "octocat", Files: map[string]string{
				"projects/red/main.go": "package red\n", "projects/blue/main.go": "package blue\n", "README.md": "# acme\n",
			}},
			{ID: "c2", Message: "feat(red): one\n\nBREAKING CHANGE: all of it", Author: "octocat", Files: map[string]string{"projects/red/a.go": "package red\n"}},
			{ID: "c3", Message: "fix(blue): two", Author: "hubot", Files: map[string]string{"projects/blue/a.go": "package blue\n"}},
			{ID: "s1", Parents: []string{"c2"}, Message: "feat(red): three", Author: "hubot", Files: map[string]string{"projects/red/b.go": "package red\n"}},
			{ID: "s2", Message: "docs: four", Author: "Mona <mona@elsewhere.example>", Files: map[string]string{"README.md": "# acme\n\nmore\n"}},
			{ID: "m", Parents: []string{"c3", "s2"}, Message: "Merge pull request #12 from acme/side", Author: "octocat"},
			{ID: "c5", Message: "feat: five", Author: "octocat", Files: map[string]string{"projects/red/c.go": "package red\n", "projects/blue/c.go": "package blue\n"}},
		},
		Branches: map[string]string{"side": "s2"},
		Tags:     []githubfake.Tag{{Name: "red/3.4.0", Commit: "c2"}, {Name: "red/3.4.1", Commit: "m", Message: "annotated"}},
		PullRequests: []githubfake.PullRequest{
			{Number: 12, Title: "Three & four", Body: "What it is about.", Author: "hubot", Head: "side", HeadSHA: "s2", BaseSHA: "c3", Merged: true, MergeSHA: "m"},
		},
	}
}

func TestForgeResolvesAndCompares(t *testing.T) {
	f := startForge(t, monorepo())
	for ref, want := range map[string]string{"main": "c5", "side": "s2", "red/3.4.0": "c2", "red/3.4.1": "m", f.sha(t, "c3")[:12]: "c3"} {
		if got, err := f.source.Resolve(soon(t), repository, ref); err != nil || got != f.sha(t, want) {
			t.Errorf("%s: %s, %v", ref, got, err)
		}
	}
	for _, test := range []struct {
		base, head    string
		relation      freightdiff.Relation
		ahead, behind int
		commits       string
	}{
		{"c1", "c1", freightdiff.Identical, 0, 0, ""},
		{"c1", "c3", freightdiff.Ahead, 2, 0, "feat(red): one, fix(blue): two"},
		{"c3", "c1", freightdiff.Behind, 0, 2, ""},
		{"c3", "s2", freightdiff.Diverged, 2, 1, "feat(red): three, docs: four"},
		{"c3", "c5", freightdiff.Ahead, 4, 0, "feat(red): three, docs: four, Merge pull request #12 from acme/side, feat: five"},
	} {
		c := f.compare(t, test.base, test.head)
		if c.Relation != test.relation || c.AheadBy != test.ahead || c.BehindBy != test.behind || f.names(t, c, all) != test.commits {
			t.Errorf("%s...%s: %s, %d ahead, %d behind: %s", test.base, test.head, c.Relation, c.AheadBy, c.BehindBy, f.names(t, c, all))
		}
		if !strings.Contains(c.URL, "/acme/microsvcs/compare/") {
			t.Errorf("%s...%s is shown at %q", test.base, test.head, c.URL)
		}
	}
	commits := f.compare(t, "c3", "m").Commits
	if first, merge := commits[0], commits[2]; first.Login != "hubot" || commits[1].Author != "Mona" || commits[1].Login != "" ||
		len(merge.Parents) != 2 || first.Parents[0] != f.sha(t, "c2") || first.At.IsZero() || !strings.Contains(first.URL, first.SHA) {
		t.Errorf("%+v", commits)
	}
}

func TestForgeRelatesInOneCall(t *testing.T) {
	f := startForge(t, monorepo())
	for _, test := range []struct {
		base, head string
		want       freightdiff.Relation
	}{
		{"c1", "c1", freightdiff.Identical}, {"c1", "c5", freightdiff.Ahead}, {"c5", "c1", freightdiff.Behind}, {"c3", "s2", freightdiff.Diverged},
	} {
		for range 2 {
			got, err := f.source.Relate(soon(t), repository, f.sha(t, test.base), f.sha(t, test.head))
			if err != nil || got != test.want {
				t.Errorf("%s...%s: %s, %v", test.base, test.head, got, err)
			}
		}
	}
	if n := f.Counts()["repos/compare-commits-with-basehead"]; n != 4 {
		t.Errorf("%d comparisons were asked for", n)
	}
	if _, err := f.source.Relate(soon(t), repository, f.sha(t, "c1"), strings.Repeat("9", 40)); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("of no commit: %v", err)
	}
	if _, err := f.source.Relate(soon(t), repository, "main", f.sha(t, "c1")); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("of a branch: %v", err)
	}
}

func TestForgeTellsWhichCommitsTouchAPath(t *testing.T) {
	f := startForge(t, monorepo())
	c := f.compare(t, "c1", "c5")
	for _, test := range []struct {
		paths []string
		want  string
	}{
		{nil, ""},
		{[]string{"projects/red"}, "feat(red): one, feat(red): three, feat: five"},
		{[]string{"projects/blue"}, "fix(blue): two, feat: five"},
		{[]string{"README.md"}, "docs: four"},
		{[]string{"projects/green"}, ""},
		{[]string{"README.md", "projects/blue/a.go", "README.md"}, "fix(blue): two, docs: four"},
	} {
		touching, err := f.source.Touching(soon(t), repository, c, test.paths)
		if err != nil {
			t.Fatalf("%v: %v", test.paths, err)
		}
		if got := f.names(t, c, func(sha string) bool { return touching[sha] }); got != test.want {
			t.Errorf("%v: %s, want %s", test.paths, got, test.want)
		}
	}
	calls := len(f.Calls())
	if touching, err := f.source.Touching(soon(t), repository, c, []string{"projects/blue/a.go", "README.md"}); err != nil || len(touching) != 2 || len(f.Calls()) != calls {
		t.Errorf("asked again: %d calls, %v, %v", len(f.Calls())-calls, touching, err)
	}
	for _, path := range []string{"", "/x", "x/", "../x", "x\x00"} {
		if _, err := f.source.Touching(soon(t), repository, c, []string{path}); err == nil {
			t.Errorf("%q is a path", path)
		}
	}
}

// What was merged is told by the commits that it brought in, whichever way it was merged.
func TestForgeFindsThePullRequestOfACommit(t *testing.T) {
	f := startForge(t, monorepo())
	want := &freightdiff.PullRequest{Number: 12, Title: "Three & four", Login: "hubot"}
	for name, want := range map[string]*freightdiff.PullRequest{"s1": want, "s2": want, "m": want, "c3": nil} {
		got, err := f.source.PullRequestOf(soon(t), repository, f.sha(t, name))
		if err != nil {
			t.Fatal(err)
		}
		if got != nil && !strings.Contains(got.URL, "/acme/microsvcs/pull/12") {
			t.Errorf("%s: shown at %q", name, got.URL)
		}
		if got != nil {
			copied := *got
			copied.URL, got = "", &copied
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
	calls := len(f.Calls())
	f.now.advance(4 * time.Minute)
	for _, name := range []string{"s1", "m", "c3"} {
		_, _ = f.source.PullRequestOf(soon(t), repository, f.sha(t, name))
	}
	if n := len(f.Calls()) - calls; n != 0 {
		t.Errorf("%d calls within minutes", n)
	}
	f.now.advance(2 * time.Minute)
	for _, name := range []string{"s1", "m", "c3"} {
		_, _ = f.source.PullRequestOf(soon(t), repository, f.sha(t, name))
	}
	if n := len(f.Calls()) - calls; n != 1 {
		t.Errorf("%d calls after minutes, want that for what had no pull request", n)
	}
}

func TestForgeListsReleases(t *testing.T) {
	repo := monorepo()
	published := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	for i := range 150 {
		tag := fmt.Sprintf("red/3.0.%d", i)
		repo.Tags = append(repo.Tags, githubfake.Tag{Name: tag, Commit: "c2"})
		repo.Releases = append(repo.Releases, githubfake.Release{Tag: tag, Name: fmt.Sprint("Red ", i), Notes: "* fixed", Author: "octocat", Published: published.Add(time.Duration(i) * time.Hour)})
	}
	repo.Releases = append(repo.Releases,
		githubfake.Release{Tag: "red/3.4.1", Name: "Red", Notes: strings.Repeat("ö", 50_000), Author: "octocat", Prerelease: true, Published: published.Add(1000 * time.Hour)},
		githubfake.Release{Tag: "red/4.0.0", Name: "Soon", Author: "octocat", Draft: true})
	f := startForge(t, repo)
	list := func() []freightdiff.Release {
		t.Helper()
		releases, err := f.source.Releases(soon(t), repository)
		if err != nil {
			t.Fatal(err)
		}
		return releases
	}
	releases := list()
	if len(releases) != 151 || !slices.IsSortedFunc(releases, func(a, b freightdiff.Release) int { return b.PublishedAt.Compare(a.PublishedAt) }) {
		t.Fatalf("%d releases", len(releases))
	}
	if newest := releases[0]; newest.Tag != "red/3.4.1" || !newest.Prerelease || len(newest.Notes) > 64<<10 || len(newest.Notes) < 60_000 || newest.URL == "" {
		t.Errorf("%s with notes of %d bytes, at %s", newest.Tag, len(newest.Notes), newest.URL)
	}
	if oldest := releases[150]; oldest.Tag != "red/3.0.0" || oldest.Name != "Red 0" || oldest.Notes != "* fixed" || !oldest.PublishedAt.Equal(published) {
		t.Errorf("%+v", oldest)
	}
	if _, _, err := f.PublishRelease(soon(t), repository, githubfake.Release{Tag: "red/3.4.2", Author: "octocat"}); err != nil {
		t.Fatal(err)
	}
	if list()[0].Tag != "red/3.4.1" {
		t.Error("asked again within a minute")
	}
	f.source.Invalidate(repository)
	if list()[0].Tag != "red/3.4.2" {
		t.Error("not asked again though something changed")
	}
}

// A look at forty services asks for nothing while nothing changes, and for what
// GitHub does not count after that.
func TestALookAtEverythingAsksForNothingTwice(t *testing.T) {
	const services = 40
	repo := githubfake.Repository{}
	for i := range services {
		repo.Commits = append(repo.Commits, githubfake.Commit{ID: fmt.Sprint("c", i), Message: fmt.Sprint("feat: ", i), Author: "octocat", Files: map[string]string{fmt.Sprintf("projects/s%d/a", i): "x"}})
		repo.Tags = append(repo.Tags, githubfake.Tag{Name: fmt.Sprintf("s%d/1.0.0", i), Commit: fmt.Sprint("c", i)})
	}
	f := startForge(t, repo)
	look := func() {
		t.Helper()
		head, err := f.source.Resolve(soon(t), repository, "main")
		if err != nil {
			t.Fatal(err)
		}
		for i := range services {
			commit, err := f.source.Resolve(soon(t), repository, fmt.Sprintf("s%d/1.0.0", i))
			if err != nil {
				t.Fatal(err)
			}
			if i%10 == 0 {
				c, err := f.source.Compare(soon(t), repository, commit, head)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := f.source.Touching(soon(t), repository, c, []string{fmt.Sprintf("projects/s%d", i)}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := f.source.Releases(soon(t), repository); err != nil {
				t.Fatal(err)
			}
		}
	}
	// The budget would spread the first look over time.
	settle := func() { f.now.advance(30 * time.Second) }
	for i := range services {
		if i%20 == 0 {
			settle()
		}
		if _, err := f.source.Resolve(soon(t), repository, fmt.Sprintf("s%d/1.0.0", i)); err != nil {
			t.Fatal(err)
		}
	}
	look()
	calls := f.Calls()
	look()
	if n := len(f.Calls()) - len(calls); n != 0 {
		t.Errorf("%d calls though nothing changed", n)
	}
	f.now.advance(time.Minute)
	look()
	for _, call := range f.Calls()[len(calls):] {
		if call.Status != 304 {
			t.Errorf("a minute later: %d to %s %s", call.Status, call.Operation, call.Path)
		}
	}
}

// A range of more commits than are kept, with the files that GitHub lists beside the first page of them.
func TestForgeComparesALongRange(t *testing.T) {
	const commits = 1250
	repo := githubfake.Repository{}
	for i := range commits {
		repo.Commits = append(repo.Commits, githubfake.Commit{
			ID: fmt.Sprint("c", i), Message: fmt.Sprint("fix: ", i), Author: "octocat",
			Files: map[string]string{fmt.Sprintf("projects/s%d/%d", i%10, i%1000): fmt.Sprintln(i)},
		})
	}
	f := startForge(t, repo)
	c := f.compare(t, "c0", fmt.Sprint("c", commits-1))
	if c.AheadBy != commits-1 || len(c.Commits) != freightdiff.MaxCommits {
		t.Fatalf("%d ahead, of which %d are kept", c.AheadBy, len(c.Commits))
	}
	for i, commit := range c.Commits {
		if want := fmt.Sprint("fix: ", commits-freightdiff.MaxCommits+i); commit.Message != want {
			t.Fatalf("number %d is %q, want %q", i, commit.Message, want)
		}
	}
	touching, err := f.source.Touching(soon(t), repository, c, []string{"projects/s3", "projects/s5"})
	if err != nil || len(touching) != freightdiff.MaxCommits/5 {
		t.Errorf("%d touch two projects of ten, %v", len(touching), err)
	}
	if n := f.Counts()["repos/compare-commits-with-basehead"]; n != 12 {
		t.Errorf("%d calls", n)
	}
}
