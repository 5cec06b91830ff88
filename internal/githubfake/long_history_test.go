package githubfake_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/history"
)

// long is a history of so many commits, every tenth of them a merge of a short branch.
// There is a tag for every hundredth: v0, v100 and so on.
func long(t testing.TB, commits int) *history.Repository {
	t.Helper()
	git := history.New()
	var main *history.Commit
	add := func(i int, parents ...*history.Commit) *history.Commit {
		who := history.Person{Name: "Mona", Email: "octocat@acme.dev", At: time.Unix(int64(1_700_000_000+60*i), 0).UTC()}
		c, err := git.Add(history.Draft{
			Parents: parents, Author: who, Message: fmt.Sprintf("feat: number %d (#%d)", i, i),
			Edits: []history.Edit{{Path: fmt.Sprintf("projects/%d/file%d.go", i%7, i), SHA: git.Store(fmt.Sprint(i))}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for i := 0; i < commits; i++ {
		switch {
		case main == nil:
			main = add(i)
		case i%10 == 8:
			side := add(i, main)
			i++
			main = add(i, main, side)
		default:
			main = add(i, main)
		}
		if i%100 == 0 {
			git.Tags[fmt.Sprintf("v%d", i)] = history.Tag{Commit: main}
		}
	}
	git.Branches["main"] = main
	return git
}

func TestPagesOfAComparison(t *testing.T) {
	given := historied()
	given.World.Repositories[0] = githubfake.Repository{FullName: repo, History: long(t, 1000)}
	g := start(t, given)
	c, ctx := client(t, g), soon(t)

	whole, answer, err := c.Repositories.CompareCommits(ctx, "acme", "microsvcs", "v0", "main", nil)
	if err != nil || whole.GetTotalCommits() != 999 || len(whole.Commits) != 250 || len(whole.Files) != 300 || answer.NextPage != 0 {
		t.Fatalf("without pages: %d of %d commits, %d files, %v", len(whole.Commits), whole.GetTotalCommits(), len(whole.Files), err)
	}
	// GitHub: the last commit in the list is the most recent of the entire comparison.
	main, _ := g.SHA(repo, "main")
	if last := whole.Commits[249].GetSHA(); last != main {
		t.Errorf("the last commit without pages: %s", last)
	}
	seen := map[string]bool{}
	options := &github.ListOptions{PerPage: 100}
	for {
		part, answer, err := c.Repositories.CompareCommits(ctx, "acme", "microsvcs", "v0", "main", options)
		if err != nil || part.GetTotalCommits() != 999 {
			t.Fatal(err)
		}
		for _, commit := range part.Commits {
			for _, parent := range commit.Parents {
				if parent.GetSHA() != part.BaseCommit.GetSHA() && !seen[parent.GetSHA()] {
					t.Fatalf("%s comes before its parent", commit.GetSHA())
				}
			}
			seen[commit.GetSHA()] = true
		}
		if (options.Page > 1) != (len(part.Files) == 0) {
			t.Errorf("page %d has %d files", options.Page, len(part.Files))
		}
		if answer.NextPage == 0 {
			break
		}
		options.Page = answer.NextPage
	}
	if len(seen) != 999 || options.Page != 10 {
		t.Errorf("%d commits on %d pages", len(seen), options.Page)
	}
}

func TestUnchangedComparisonsAreFree(t *testing.T) {
	g := start(t, historied())
	token := "token " + installationToken(t, g)
	const path = "/repos/acme/microsvcs/compare/main...feature"
	first, _ := call(t, g, http.MethodGet, path, "", "Authorization", token)
	tag := first.Header.Get("ETag")
	second, body := call(t, g, http.MethodGet, path, "", "Authorization", token, "If-None-Match", tag)
	if second.StatusCode != http.StatusNotModified || body != "" || second.Header.Get("X-RateLimit-Remaining") != first.Header.Get("X-RateLimit-Remaining") {
		t.Errorf("%d %q %v", second.StatusCode, body, second.Header)
	}
	if _, _, err := g.PushCommits(soon(t), repo, "feature", "octocat", githubfake.Commit{Message: "more"}); err != nil {
		t.Fatal(err)
	}
	if third, _ := call(t, g, http.MethodGet, path, "", "Authorization", token, "If-None-Match", tag); third.StatusCode != http.StatusOK {
		t.Errorf("after a push: %d", third.StatusCode)
	}
}

// What fails and what is limited is so for the history too.
func TestFaultsAndLimitsOfTheHistory(t *testing.T) {
	given := historied()
	given.Limits.PerHour = 2
	g := start(t, given)
	token := "token " + installationToken(t, g)
	const compare = "repos/compare-commits-with-basehead"
	g.Inject(compare, 1, githubfake.Fail(http.StatusBadGateway))
	for _, want := range []int{http.StatusBadGateway, http.StatusOK, http.StatusForbidden} {
		if answer, body := call(t, g, http.MethodGet, "/repos/acme/microsvcs/compare/red/3.1.0...main", "", "Authorization", token); answer.StatusCode != want {
			t.Errorf("want %d: %d %s", want, answer.StatusCode, body)
		}
	}
	if counts := g.Counts(); counts[compare] != 3 {
		t.Errorf("counts: %v", counts)
	}
}

// Two fakes may be made of one history: what happens in one does not happen in the other.
func TestHistoriesAreShared(t *testing.T) {
	git := long(t, 50)
	given := historied()
	given.World.Repositories[0] = githubfake.Repository{FullName: repo, History: git, Commits: []githubfake.Commit{{Message: "one more"}}}
	one, other := start(t, given), start(t, given)
	if _, _, err := one.PushCommits(soon(t), repo, "main", "octocat", githubfake.Commit{ID: "new", Message: "new"}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.SHA(repo, "new"); err == nil || git.Len() != 50 {
		t.Errorf("it is in the other one too, or in the seed: %d", git.Len())
	}
}

// A comparison within 10,000 commits, as the client meets it: it must stay well under
// 50 ms.
func BenchmarkCompare(b *testing.B) {
	given := historied()
	given.World.Repositories[0] = githubfake.Repository{FullName: repo, History: long(b, 10_000)}
	given.Limits.PerHour = 1 << 30
	g, err := githubfake.New(given)
	if err != nil {
		b.Fatal(err)
	}
	defer g.Close()
	token := rawToken(b, g, newClock())
	for name, path := range map[string]string{
		"near": "/compare/v9900...main?per_page=100", "far": "/compare/v0...main?per_page=100&page=50", "path": "/commits?path=projects/3&per_page=100",
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/repos/acme/microsvcs"+path, http.NoBody)
				r.Header.Set("User-Agent", "bench")
				r.Header.Set("Authorization", "token "+token)
				w := httptest.NewRecorder()
				if g.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
