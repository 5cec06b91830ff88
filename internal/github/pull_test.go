package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// branches is a repository with pull requests 1 (open), 2 (a draft), 3 (merged) and 4 (closed).
func branches() githubfake.Repository {
	repo := githubfake.Repository{Commits: []githubfake.Commit{
		{ID: "c1", Message: "chore: begin", Author: "octocat", Files: map[string]string{"projects/red/a": "1\n", "projects/red/old": strings.Repeat("the same lines\n", 20)}},
	}, Branches: map[string]string{"main": "m3"}}
	for n := 1; n <= 4; n++ {
		id := fmt.Sprint("p", n)
		repo.Commits = append(repo.Commits, githubfake.Commit{
			ID: id, Parents: []string{"c1"}, Message: id, Author: "octocat", Files: map[string]string{"projects/red/" + id: "x\n", "projects/red/new": strings.Repeat("the same lines\n", 20)},
			Removed: []string{"projects/red/old"},
		})
		repo.Branches[fmt.Sprint("change-", n)] = id
	}
	repo.Commits = append(repo.Commits, githubfake.Commit{ID: "m3", Parents: []string{"c1", "p3"}, Message: "Merge pull request #3", Author: "octocat"})
	repo.PullRequests = []githubfake.PullRequest{
		{Number: 1, Title: "One", Body: "About it", Author: "octocat", Head: "change-1", HeadSHA: "p1", BaseSHA: "c1"},
		{Number: 2, Title: "Two", Author: "hubot", Head: "change-2", HeadSHA: "p2", BaseSHA: "c1", Draft: true},
		{Number: 3, Title: "Three", Author: "octocat", Head: "change-3", HeadSHA: "p3", BaseSHA: "c1", Merged: true, MergeSHA: "m3"},
		{Number: 4, Title: "Four", Author: "octocat", Head: "change-4", HeadSHA: "p4", BaseSHA: "c1", Closed: true},
	}
	return repo
}

func TestPullRequestsAreTheOpenAndTheLatelyClosed(t *testing.T) {
	f := startForge(t, branches())
	list := func(since time.Time) string {
		t.Helper()
		pulls, err := f.source.PullRequests(soon(t), repository, since)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int]string{}
		for _, pull := range pulls {
			seen[pull.Number] = fmt.Sprintf("%s draft:%t merged:%t", pull.State, pull.Draft, pull.Merged)
		}
		return fmt.Sprint(seen)
	}
	const everything = "map[1:open draft:false merged:false 2:open draft:true merged:false 3:closed draft:false merged:true 4:closed draft:false merged:false]"
	if got := list(time.Now().Add(-24 * time.Hour)); got != everything {
		t.Errorf("lists %s", got)
	}
	if got := list(time.Now().Add(time.Hour)); got != "map[1:open draft:false merged:false 2:open draft:true merged:false]" {
		t.Errorf("lists %s of what is closed later", got)
	}
	calls := len(f.Calls())
	if list(time.Now().Add(-24 * time.Hour)); len(f.Calls()) != calls {
		t.Errorf("%d more calls within a minute", len(f.Calls())-calls)
	}
	f.now.advance(time.Minute)
	list(time.Now().Add(-24 * time.Hour))
	for _, call := range f.Calls()[calls:] {
		if call.Status != http.StatusNotModified {
			t.Errorf("%d to %s", call.Status, call.Path)
		}
	}
	if _, err := f.ClosePullRequest(soon(t), repository, 1, "octocat"); err != nil {
		t.Fatal(err)
	}
	f.source.Invalidate(repository)
	if got := list(time.Now().Add(-24 * time.Hour)); !strings.Contains(got, "1:closed") {
		t.Errorf("lists %s after one was closed", got)
	}
}

func TestPullRequestIsTold(t *testing.T) {
	f := startForge(t, branches())
	for number, want := range map[int]pullrequest.Pull{
		1: {Number: 1, Title: "One", Body: "About it", Author: "octocat", State: pullrequest.Open, HeadSHA: "p1", HeadRef: "change-1", HeadRepo: repository, BaseRef: "main", BaseSHA: "c1"},
		2: {Number: 2, Title: "Two", Author: "hubot", State: pullrequest.Open, Draft: true, HeadSHA: "p2", HeadRef: "change-2", HeadRepo: repository, BaseRef: "main", BaseSHA: "c1"},
		3: {Number: 3, Title: "Three", Author: "octocat", State: pullrequest.Closed, Merged: true, HeadSHA: "p3", HeadRef: "change-3", HeadRepo: repository, BaseRef: "main", BaseSHA: "c1", MergeSHA: "m3"},
	} {
		got, err := f.source.PullRequest(soon(t), repository, number)
		if err != nil {
			t.Fatal(err)
		}
		want.DefaultBranch, want.Public = "main", true
		want.HeadSHA, want.BaseSHA = f.sha(t, want.HeadSHA), f.sha(t, want.BaseSHA)
		if want.MergeSHA != "" {
			want.MergeSHA = f.sha(t, want.MergeSHA)
		}
		if got.UpdatedAt.IsZero() || want.Merged == got.MergedAt.IsZero() || !strings.HasSuffix(got.URL, fmt.Sprint("/acme/microsvcs/pull/", number)) {
			t.Errorf("%+v", got)
		}
		got.UpdatedAt, got.MergedAt, got.URL = time.Time{}, time.Time{}, ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d: -want +got\n%s", number, diff)
		}
	}
	if _, err := f.source.PullRequest(soon(t), repository, 99); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

func TestFilesOfAPullRequest(t *testing.T) {
	f := startForge(t, branches())
	head := f.sha(t, "p1")
	want := []string{"projects/red/new", "projects/red/old", "projects/red/p1"}
	for range 2 {
		paths, complete, err := f.source.FilesOf(soon(t), repository, 1, head)
		if err != nil || !complete {
			t.Fatal(complete, err)
		}
		if diff := cmp.Diff(want, paths); diff != "" {
			t.Error(diff)
		}
	}
	if n := f.Counts()["pulls/list-files"]; n != 1 {
		t.Errorf("%d calls", n)
	}
	// Somebody pushed meanwhile: what is listed is not that of the head that was asked for.
	if _, _, err := f.PushCommits(soon(t), repository, "change-1", "octocat", githubfake.Commit{Message: "more", Files: map[string]string{"projects/blue/b": "x\n"}}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := f.source.FilesOf(soon(t), repository, 1, f.sha(t, "c1")); err != nil {
			t.Fatal(err)
		}
	}
	if n := f.Counts()["pulls/list-files"]; n != 3 {
		t.Errorf("%d calls: another head's files are remembered", n)
	}
	if _, _, err := f.source.FilesOf(soon(t), repository, 99, head); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
	if _, _, err := f.source.FilesOf(soon(t), repository, 1, "main"); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

// files answers a page of so many files in all.
func files(r *http.Request, total int, entry func(n int) object) *http.Response {
	var page int
	_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
	entries := []object{}
	for n := (page-1)*100 + 1; n <= min(total, page*100); n++ {
		entries = append(entries, entry(n))
	}
	if page*100 >= total {
		return replyJSON(entries)
	}
	return replyJSON(entries, "Link", fmt.Sprintf(`<https://ghe.example/api/v3/x?page=%d>; rel="next"`, page+1))
}

func TestFilesAreCountedToTheirEnd(t *testing.T) {
	for total, isComplete := range map[int]bool{0: true, 1: true, 100: true, 2999: true, 3000: false, 5000: false} {
		source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
			return files(r, total, func(n int) object {
				return object{"filename": fmt.Sprintf("f%04d", n), "contents_url": "https://ghe.example/x?ref=" + hash(1)}
			})
		})
		paths, complete, err := source.FilesOf(soon(t), repository, 1, hash(1))
		if err != nil || complete != isComplete || len(paths) != min(total, 3000) || h.calls() > 30 {
			t.Errorf("%d files: %d, complete: %t, in %d calls, %v", total, len(paths), complete, h.calls(), err)
		}
	}
	for _, wrong := range []string{`[{"filename":"../x"}]`, `[{}]`, `[null]`, `{}`} {
		source, _, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, wrong) })
		if paths, _, err := source.FilesOf(soon(t), repository, 1, hash(1)); err == nil {
			t.Errorf("%s: believed %q", wrong, paths)
		}
	}
}

// However many pull requests there are, a bounded number of pages is read.
func TestPullRequestsAreBounded(t *testing.T) {
	source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
		state := r.URL.Query().Get("state")
		return files(r, 5000, func(n int) object {
			if state == "closed" {
				n += 5000
			}
			body := ""
			if n == 1 {
				body = strings.Repeat("x", 60_000)
			}
			at := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC).Add(-time.Duration(n) * time.Minute)
			return object{
				"number": n, "title": strings.Repeat("ö", 300), "body": body, "state": state, "updated_at": at, "closed_at": at,
				"head": object{"sha": hash(n), "ref": "x", "repo": nil}, "base": object{"sha": hash(1), "ref": "main"}, "merge_commit_sha": hash(7),
			}
		})
	})
	pulls, err := source.PullRequests(soon(t), repository, time.Time{})
	if err != nil || len(pulls) != 2000 || h.calls() != 20 {
		t.Fatalf("%d pull requests in %d calls, %v", len(pulls), h.calls(), err)
	}
	first := pulls[0]
	if first.Number != 1 || len(first.Body) > 16<<10 || utf8.RuneCountInString(first.Title) != 256 || first.HeadRepo != "" || first.MergeSHA != "" || first.Merged {
		t.Errorf("%.500v", first)
	}
	// Of the closed ones, those that nobody touched since then are not read.
	before := h.calls()
	pulls, err = source.PullRequests(soon(t), "acme/microsvcs", time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC))
	if err != nil || len(pulls) != 1000 || h.calls() != before {
		t.Errorf("%d pull requests in %d more calls, %v", len(pulls), h.calls()-before, err)
	}
}

func TestPullRequestsBelieveNoAnswerThatIsNone(t *testing.T) {
	right := `{"number":1,"state":"open","head":{"sha":"` + hash(1) + `"},"base":{"sha":"` + hash(2) + `"}}`
	for _, wrong := range []string{
		`{}`, strings.Replace(right, `"number":1`, `"number":-1`, 1), strings.Replace(right, "open", "ajar", 1), strings.Replace(right, hash(1), "x", 1),
		strings.Replace(right, `"number":1`, `"number":2`, 1),
	} {
		source, _, _ := newSource(t, func(string, *http.Request) *http.Response {
			return reply(200, wrong)
		})
		if pull, err := source.PullRequest(soon(t), repository, 1); err == nil {
			t.Errorf("%s: believed %+v", wrong, pull)
		}
	}
	source, _, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, `[null]`) })
	if pulls, err := source.PullRequests(soon(t), repository, time.Time{}); err == nil {
		t.Errorf("believed %+v", pulls)
	}
}

var _ pullrequest.Forge = (*github.Source)(nil)
