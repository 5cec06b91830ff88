package freightdiff_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// guide is where the code is in the deployment guide.
var guide = freightdiff.Source{
	Repo: repo, Tags: []string{"{service}/{version}"}, Commits: []string{"sha-{commit}"},
}

func newCode(t *testing.T, f *forge, src freightdiff.Source) *freightdiff.Code {
	t.Helper()
	c := freightdiff.NewCode(freightdiff.CodeOptions{
		Forge: f, Web: "https://github.com", Source: func(string, string) freightdiff.Source { return src },
	})
	t.Cleanup(c.Close)
	return c
}

// version is an image's, built from a commit if one is named.
func version(tag, commit string) *answers.ArtifactVersion {
	v := &answers.ArtifactVersion{Version: tag}
	if commit != "" {
		v.Revision = hash(commit)
	}
	return v
}

func redFrom(from, to *answers.ArtifactVersion) []answers.ArtifactChange {
	return []answers.ArtifactChange{{Kind: "image", Artifact: "quay.io/acme/red", From: from, To: to}}
}

// told writes a change of code down, a line for each fact.
func told(changes []answers.CodeChange) string {
	var b strings.Builder
	list := func(sign string, c answers.Commits) {
		if c.Total+c.Elsewhere+c.Unseen == 0 {
			return
		}
		fmt.Fprintf(&b, "%s %d commits, %d pulls, %d breaking, %d elsewhere, %d unseen\n", sign, c.Total, c.PullRequests, c.Breaking, c.Elsewhere, c.Unseen)
		for _, commit := range c.List[:min(len(c.List), 8)] {
			fmt.Fprintf(&b, "  %s %s|%s|%s", strings.TrimRight(commit.SHA, "0"), commit.Type, commit.Scope, commit.Title)
			if commit.Breaking {
				b.WriteString(" !")
			}
			if p := commit.PullRequest; p != nil {
				fmt.Fprintf(&b, " #%d %s", p.Number, p.Title)
			}
			b.WriteString("\n")
		}
	}
	for _, c := range changes {
		fmt.Fprintf(&b, "%s %s %s\n", strings.Join(c.Artifacts, ","), c.Repository, c.Relation)
		list("+", c.Added)
		list("-", c.Removed)
		for _, r := range c.Releases {
			fmt.Fprintf(&b, "%s: %s\n", r.Version, r.Notes)
		}
		for _, line := range append([]string{c.Unknown, c.URL}, c.Remarks...) {
			if line != "" {
				b.WriteString(line + "\n")
			}
		}
	}
	return b.String()
}

// monorepo is a history with all that there is: squashed pull requests, merges, commits of other services.
func monorepo(t *testing.T) *forge {
	t.Helper()
	f := (&forge{
		touches: map[string][]string{}, refs: map[string]string{
			"tags/red/3.1.0": hash("a1"), "tags/red/3.2.0": hash("a8"),
		},
		releases: []freightdiff.Release{
			{Tag: "red/3.3.0", Notes: "later"}, {Tag: "red/3.2.0", Notes: "two"}, {Tag: "blue/3.1.5", Notes: "blue"},
			{Tag: "red/3.1.1", Notes: "one"}, {Tag: "red/3.1.0", Notes: "zero"}, {Tag: "red/x", Notes: "no version"},
		},
		pulls: map[string]*freightdiff.PullRequest{hash("a7"): {Number: 220, Title: "rebased"}},
	}).history(t,
		"a0: chore: begin",
		"a1 a0: chore: release red 3.1.0",
		"a2 a1: feat(red)!: drop /v1 (#214)",
		"a3 a1: fix: retry on 429",
		"a4 a3: test the retries",
		"a5 a2 a4: Merge pull request #218 from octocat/retry\n\nfix(red): retry on 429\n\nbody",
		"a6 a5: feat(blue): announce the region (#219)",
		"a7 a6: refactor: read once\n\nBREAKING CHANGE: /raw is gone",
		"a8 a7: chore: release red 3.2.0 (#221)",
		"b2 a1: fix(red): hotfix",
	)
	for _, name := range []string{"a1", "a2", "a3", "a4", "a7", "a8", "b2"} {
		f.touches[hash(name)] = []string{"projects/red"}
	}
	f.touches[hash("a6")] = []string{"projects/blue"}
	return f
}

func inService(src freightdiff.Source) freightdiff.Source {
	src.Paths = []string{"projects/{service}"}
	return src
}

func TestChanges(t *testing.T) {
	const forward = `quay.io/acme/red acme/microsvcs ahead
+ 5 commits, 4 pulls, 2 breaking, 1 elsewhere, 0 unseen
  a8 chore||release red 3.2.0 #221 
  a7 refactor||read once ! #220 rebased
  a4 ||test the retries #218 fix(red): retry on 429
  a3 fix||retry on 429 #218 fix(red): retry on 429
  a2 feat|red|drop /v1 ! #214 
`
	for _, test := range []struct {
		name     string
		src      freightdiff.Source
		from, to *answers.ArtifactVersion
		want     string
	}{
		{"by annotation, a monorepo", inService(guide), version("3.1.0", "a1"), version("3.2.0", "a8"),
			forward + "3.2.0: two\n3.1.1: one\nhttps://github.com/acme/microsvcs/compare/" + hash("a1") + "..." + hash("a8") + "\n"},
		{"by tag", inService(guide), version("3.1.0", ""), version("3.2.0", ""),
			forward + "3.2.0: two\n3.1.1: one\nhttps://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0\n"},
		{"by the commit in the tag", guide, version("sha-a6"+strings.Repeat("0", 5), ""), version("sha-a7"+strings.Repeat("0", 5), ""),
			`quay.io/acme/red acme/microsvcs ahead
+ 1 commits, 1 pulls, 1 breaking, 0 elsewhere, 0 unseen
  a7 refactor||read once ! #220 rebased
https://github.com/acme/microsvcs/compare/a600000...a700000
`},
		{"the whole repository", guide, version("x", "a1"), version("y", "a6"),
			`quay.io/acme/red acme/microsvcs ahead
+ 4 commits, 3 pulls, 1 breaking, 0 elsewhere, 0 unseen
  a6 feat|blue|announce the region #219 
  a4 ||test the retries #218 fix(red): retry on 429
  a3 fix||retry on 429 #218 fix(red): retry on 429
  a2 feat|red|drop /v1 ! #214 
https://github.com/acme/microsvcs/compare/` + hash("a1") + "..." + hash("a6") + "\n"},
		{"backwards", inService(guide), version("3.2.0", "a8"), version("3.1.1", "a6"),
			`quay.io/acme/red acme/microsvcs behind
- 2 commits, 2 pulls, 1 breaking, 0 elsewhere, 0 unseen
  a8 chore||release red 3.2.0 #221 
  a7 refactor||read once ! #220 rebased
3.2.0: two
https://github.com/acme/microsvcs/compare/` + hash("a6") + "..." + hash("a8") + "\n"},
		{"diverged", inService(guide), version("x", "b2"), version("y", "a2"),
			`quay.io/acme/red acme/microsvcs diverged
+ 1 commits, 1 pulls, 1 breaking, 0 elsewhere, 0 unseen
  a2 feat|red|drop /v1 ! #214 
- 1 commits, 0 pulls, 0 breaking, 0 elsewhere, 0 unseen
  b2 fix|red|hotfix
https://github.com/acme/microsvcs/compare/` + hash("b2") + "..." + hash("a2") + "\n"},
		{"the same commit", guide, version("3.1.0", "a2"), version("3.1.0-hotfix", "a2"),
			"quay.io/acme/red acme/microsvcs identical\n"},
		{"no repository", freightdiff.Source{}, version("3.1.0", "a1"), version("3.2.0", "a8"),
			"quay.io/acme/red  \nWhere the code of red is kept is not known. Build the image with the annotation org.opencontainers.image.source, " +
				"or name the repository in the bot's configuration under github.sources.\n"},
		{"no revision", guide, version("3.1.0", "a1"), version("3.1.9", ""),
			"quay.io/acme/red acme/microsvcs \nWhich commit red 3.1.9 was built from is not known: there is no tag red/3.1.9 in acme/microsvcs. " +
				"Build the image with the annotation org.opencontainers.image.revision, and it will be.\n"},
		{"a commit of elsewhere", guide, version("x", "a1"), version("y", "cc"),
			"quay.io/acme/red acme/microsvcs \na100000 and cc00000 can't be compared: one of the two is not in acme/microsvcs, or they have no history in common.\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := told(newCode(t, monorepo(t), test.src).Changes(t.Context(), "microsvcs", "red", redFrom(test.from, test.to)))
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

// TestCommitsOfAPullRequestAreToldTogether, by what the pull request says of itself.
func TestCommitsOfAPullRequestAreToldTogether(t *testing.T) {
	f := (&forge{}).history(t, "a0: begin", "b1 a0: wip", "b2 b1: fix test", "a1 a0 b2: Merge pull request #9 from acme/x\n\nfeat(red)!: drop /v1", "a2 a1: fix: alone")
	got := newCode(t, f, guide).Changes(t.Context(), "microsvcs", "red", redFrom(version("1", "a0"), version("2", "a2")))
	changes := got[0].Added.Changes()
	if len(changes) != 2 || changes[1].Says() != "feat(red)!: drop /v1" || changes[1].Commits != 2 || !changes[1].Breaking || changes[0].Says() != "fix: alone" {
		t.Errorf("%+v", changes)
	}
	if c := got[0].Added; c.Total != 3 || c.Breaking != 1 || c.PullRequests != 1 {
		t.Errorf("%+v", c)
	}
	kept := freightdiff.Contents("red", got)
	if h := kept.Highlights; len(h) != 2 || h[0].Title != "feat(red)!: drop /v1" || h[0].Commits != 2 || h[1].Commits != 0 {
		t.Errorf("%+v", h)
	}
}

func TestAnImageThatNamesAnotherRepository(t *testing.T) {
	code := newCode(t, monorepo(t), freightdiff.Source{Default: repo})
	ref := kargoapi.FreightReference{Images: []kargoapi.Image{{RepoURL: "quay.io/acme/red", Tag: "3.2.0", Annotations: map[string]string{
		"org.opencontainers.image.source": "https://github.com/acme/other", "org.opencontainers.image.revision": hash("a2"),
	}}}}
	got := code.Commit(t.Context(), "microsvcs", "red", repo, []kargoapi.FreightReference{ref})
	if got.Commit != "" || got.Unknown != "red 3.2.0 says that it was built from acme/other, and not from acme/microsvcs." {
		t.Errorf("%+v", got)
	}
	ref.Images[0].Annotations["org.opencontainers.image.source"] = "https://github.com/Acme/MicroSvcs"
	if got := code.Commit(t.Context(), "microsvcs", "red", repo, []kargoapi.FreightReference{ref}); got.Commit != hash("a2") {
		t.Errorf("spelt otherwise: %+v", got)
	}
	if got := code.Commit(t.Context(), "microsvcs", "red", repo, []kargoapi.FreightReference{{}}); got.Unknown == "" {
		t.Error("of nothing, nothing is said")
	}
}

func TestImagesSayWhereTheirCodeIs(t *testing.T) {
	from, to := version("3.1.0", "a1"), version("3.2.0", "a2")
	to.Source = "https://github.com/acme/microsvcs"
	got := newCode(t, monorepo(t), freightdiff.Source{}).Changes(t.Context(), "microsvcs", "red", redFrom(from, to))
	if len(got) != 1 || got[0].Repository != repo || got[0].Added.Total != 1 {
		t.Errorf("got %s", told(got))
	}
}

func TestImagesOfOneRepositoryAreToldTogether(t *testing.T) {
	changes := redFrom(version("1", "a1"), version("2", "a2"))
	other := changes[0]
	other.Artifact = "quay.io/acme/red-worker"
	comes := answers.ArtifactChange{Kind: "image", Artifact: "nginx", To: version("1", "")}
	chart := answers.ArtifactChange{Kind: "chart", Artifact: "oci://c", From: version("1", ""), To: version("2", "")}
	commit := answers.ArtifactChange{Kind: "git", Artifact: "https://github.com/acme/microsvcs.git", From: version("a", "a1"), To: version("b", "a6")}
	got := newCode(t, monorepo(t), inService(guide)).Changes(t.Context(), "microsvcs", "red", append(changes, other, comes, chart, commit))
	if len(got) != 2 || len(got[0].Artifacts) != 2 || got[0].Added.Total != 1 {
		t.Fatalf("got %s", told(got))
	}
	// What is deployed from a commit is all of it.
	if got[1].Added.Total != 4 || got[1].Added.Elsewhere != 0 {
		t.Errorf("the commits of Git: %s", told(got[1:]))
	}
}

func TestWhatCannotBeAskedIsSaid(t *testing.T) {
	limited := &freightdiff.Unavailable{Reason: "GitHub's rate limit is reached for another 12 minutes.", Err: errors.New("secret detail")}
	for call, want := range map[string]string{
		"Resolve":  limited.Reason + "\nhttps://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0\n",
		"Compare":  limited.Reason + "\nhttps://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0\n",
		"Touching": limited.Reason + "\nhttps://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0\n",
		"Releases": "The release notes could not be read. " + limited.Reason + "\n",
	} {
		t.Run(call, func(t *testing.T) {
			f := monorepo(t)
			f.fail = map[string]error{call: limited}
			got := told(newCode(t, f, inService(guide)).Changes(t.Context(), "microsvcs", "red", redFrom(version("3.1.0", ""), version("3.2.0", ""))))
			if !strings.HasSuffix(got, want) || strings.Contains(got, "secret") {
				t.Errorf("got\n%s", got)
			}
		})
	}
	t.Run("anything else", func(t *testing.T) {
		f := monorepo(t)
		f.fail = map[string]error{"Compare": errors.New("secret detail")}
		got := told(newCode(t, f, guide).Changes(t.Context(), "microsvcs", "red", redFrom(version("1", "a1"), version("2", "a2"))))
		if !strings.Contains(got, "could not be asked just now") || strings.Contains(got, "secret") {
			t.Errorf("got\n%s", got)
		}
	})
}

// Who can't wait is told so, and finds it done when they ask again.
func TestALookGoesOnWhenNobodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := monorepo(t)
		f.hold = make(chan struct{})
		code := newCode(t, f, guide)
		asked := redFrom(version("3.1.0", ""), version("3.2.0", ""))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		got := told(code.Changes(ctx, "microsvcs", "red", asked))
		if want := "quay.io/acme/red acme/microsvcs \nGitHub has not told in time.\n" +
			"https://github.com/acme/microsvcs/compare/red%2F3.1.0...red%2F3.2.0\n"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		var again sync.WaitGroup
		again.Go(func() {
			if got := code.Changes(t.Context(), "microsvcs", "red", asked); !got[0].Known() {
				t.Errorf("asked again: %s", told(got))
			}
		})
		// A look that has ended is not shared: who asks again has to be there before.
		synctest.Wait()
		close(f.hold)
		again.Wait()
		if f.calls["Compare"] != 1 {
			t.Errorf("compared %d times: the first look did not go on", f.calls["Compare"])
		}
	})
}

func TestCloseEndsLooks(t *testing.T) {
	f := monorepo(t)
	f.hold = make(chan struct{})
	code := freightdiff.NewCode(freightdiff.CodeOptions{Forge: f, Web: "https://github.com", Source: func(string, string) freightdiff.Source { return guide }})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	code.Changes(ctx, "microsvcs", "red", redFrom(version("1", "a1"), version("2", "a2")))
	code.Close()
	if got := told(code.Changes(t.Context(), "microsvcs", "red", redFrom(version("1", "a1"), version("2", "a2")))); !strings.Contains(got, "not told in time") {
		t.Errorf("after the end: %s", got)
	}
}

func TestMoreCommitsThanAreLookedAt(t *testing.T) {
	f := &forge{}
	f.history(t, "c0000: begin")
	for i := range 1200 {
		f.history(t, fmt.Sprintf("c%04d c%04d: fix: number %d (#%d)", i+1, i, i+1, i+1))
	}
	got := newCode(t, f, guide).Changes(t.Context(), "microsvcs", "red", redFrom(version("1", "c0000"), version("2", "c1200")))
	if c := got[0].Added; c.Total != freightdiff.MaxCommits || c.Unseen != 200 || c.List[0].Title != "number 1200" {
		t.Errorf("got %s", told(got))
	}
}

func TestRepoOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/acme/microsvcs":         "acme/microsvcs",
		"https://github.com/acme/microsvcs.git":     "acme/microsvcs",
		"https://GitHub.com/acme/microsvcs/":        "acme/microsvcs",
		"git@github.com:acme/microsvcs.git":         "acme/microsvcs",
		"ssh://git@github.com/acme/microsvcs.git":   "acme/microsvcs",
		"https://gitlab.com/acme/microsvcs":         "",
		"https://github.com/acme":                   "",
		"https://github.com/acme/a/b":               "",
		"https://github.com/acme/..":                "",
		"https://github.com.evil.example/acme/x":    "",
		"git@github.com.evil.example:acme/x":        "",
		"https://user:password@github.com/acme/x":   "acme/x",
		"https://github.com/acme/x%2f..%2f..%2fetc": "",
		"":           "",
		"acme/x":     "",
		"://":        "",
		"\x00\xff":   "",
		"github.com": "",
	} {
		if got := freightdiff.RepoOf(address, "https://github.com"); got != want {
			t.Errorf("%q is %q, want %q", address, got, want)
		}
	}
}
