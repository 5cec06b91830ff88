package github_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

func TestCompareKeepsTheNewestCommitsInFewCalls(t *testing.T) {
	for _, test := range []struct{ total, calls, first int }{
		{1, 1, 1}, {99, 1, 1}, {100, 1, 1}, {101, 2, 1}, {250, 3, 1}, {1000, 10, 1}, {1001, 11, 2}, {1100, 11, 101}, {1101, 12, 102},
		{50_000, 11, 49_001}, {50_050, 12, 49_051},
	} {
		source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return ahead(r, test.total) })
		c, err := source.Compare(soon(t), repository, hash(0), hash(test.total))
		if err != nil {
			t.Fatalf("%d commits: %v", test.total, err)
		}
		if c.Relation != freightdiff.Ahead || c.AheadBy != test.total || c.BehindBy != 0 || c.Base != hash(0) || c.Head != hash(test.total) {
			t.Errorf("%d commits: %+v", test.total, c)
		}
		if want := min(test.total, freightdiff.MaxCommits); len(c.Commits) != want {
			t.Errorf("%d commits: %d are kept, want %d", test.total, len(c.Commits), want)
		}
		for i, commit := range c.Commits {
			if commit.SHA != hash(test.first+i) {
				t.Fatalf("%d commits: number %d is %s", test.total, i, commit.SHA)
			}
		}
		if hub.calls() != test.calls {
			t.Errorf("%d commits: %d calls, want %d", test.total, hub.calls(), test.calls)
		}
	}
}

func TestCompareTellsWhatACommitIs(t *testing.T) {
	source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return ahead(r, 1) })
	c, err := source.Compare(soon(t), repository, hash(0), hash(1))
	if err != nil {
		t.Fatal(err)
	}
	want := &freightdiff.Comparison{
		Base: hash(0), Head: hash(1), Relation: freightdiff.Ahead, AheadBy: 1, URL: "https://github.com/acme/microsvcs/compare/a...b",
		Commits: []freightdiff.RawCommit{{
			SHA: hash(1), Parents: []string{hash(0)}, Message: "feat(red): change 1", Author: "The Octocat", Login: "octocat",
			At: time.Date(2026, 8, 1, 12, 1, 0, 0, time.UTC), URL: "https://github.com/acme/microsvcs/commit/" + hash(1),
		}},
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Error(diff)
	}
	if want := "compare/" + hash(0) + "..." + hash(1) + "?page=1&per_page=100"; hub.asked[0] != want {
		t.Errorf("asked for %s", hub.asked[0])
	}
}

// Hashes name what can't change: what was compared once is never asked for again, whatever webhooks say.
func TestCompareIsRememberedForGood(t *testing.T) {
	source, hub, now := newSource(t, func(_ string, r *http.Request) *http.Response { return ahead(r, 250) })
	first, err := source.Compare(soon(t), repository, hash(0), hash(250))
	if err != nil {
		t.Fatal(err)
	}
	calls := hub.calls()
	now.advance(100 * 24 * time.Hour)
	source.Invalidate(repository)
	again, err := source.Compare(soon(t), "ACME/microsvcs", hash(0), hash(250))
	if err != nil || hub.calls() != calls || again != first {
		t.Errorf("%d more calls, %v", hub.calls()-calls, err)
	}
}

// Of many who ask at once one asks, and the first giving up ends it for nobody else.
func TestCompareIsSharedByWhoAskAtOnce(t *testing.T) {
	asking, answering := make(chan struct{}), make(chan struct{})
	source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
		close(asking)
		<-answering
		return ahead(r, 1)
	})
	ctx, giveUp := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := source.Compare(ctx, repository, hash(0), hash(1))
		first <- err
	}()
	<-asking
	giveUp()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up got %v", err)
	}
	var others sync.WaitGroup
	for range 50 {
		others.Go(func() {
			if c, err := source.Compare(soon(t), repository, hash(0), hash(1)); err != nil || c.AheadBy != 1 {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	close(answering)
	others.Wait()
	if hub.calls() != 1 {
		t.Errorf("%d calls", hub.calls())
	}
}

func TestCompareBoundsForeignText(t *testing.T) {
	source, _, _ := newSource(t, func(string, *http.Request) *http.Response {
		commit := commitJSON(1)
		commit["html_url"] = "javascript:alert(1)"
		commit["commit"] = object{
			"message": "é" + strings.Repeat("ö", 1<<20), "author": object{"name": strings.Repeat("名", 5000), "date": "yesterday"},
			"committer": object{"date": 12},
		}
		commit["author"] = nil
		return replyJSON(object{
			"status": "diverged", "ahead_by": 1, "behind_by": 3, "total_commits": 1, "commits": []object{commit},
			"html_url": "https://github.com/" + strings.Repeat("x", 5000), "files": []object{{"patch": strings.Repeat("+", 1<<20)}},
		})
	})
	c, err := source.Compare(soon(t), repository, hash(0), hash(1))
	if err != nil {
		t.Fatal(err)
	}
	commit := c.Commits[0]
	if len(commit.Message) > 8<<10 || len(commit.Message) < 8000 || !utf8.ValidString(commit.Message) {
		t.Errorf("a message of %d bytes", len(commit.Message))
	}
	if n := utf8.RuneCountInString(commit.Author); n != 256 {
		t.Errorf("a name of %d characters", n)
	}
	if commit.Login != "" || commit.URL != "" || c.URL != "" || !commit.At.IsZero() || c.Relation != freightdiff.Diverged || c.BehindBy != 3 {
		t.Errorf("%+v", c)
	}
}

func TestCompareBelievesNoAnswerThatIsNone(t *testing.T) {
	for name, body := range map[string]string{
		"nothing":             ``,
		"another document":    `{"id":1}`,
		"an array":            `[]`,
		"cut short":           `{"status":"ahead","ahead_by":1`,
		"an unknown relation": `{"status":"sideways"}`,
		"a negative total":    `{"status":"ahead","ahead_by":5,"total_commits":-7}`,
		"identical and ahead": `{"status":"identical","ahead_by":1,"total_commits":1}`,
		"behind by nothing":   `{"status":"behind"}`,
		"negative counts":     `{"status":"ahead","ahead_by":-1,"total_commits":-1}`,
		"a commit of no hash": `{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[{"sha":"../../app"}]}`,
		"a null commit":       `{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[null]}`,
		"a parent of no hash": `{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[{"sha":"` + hash(1) + `","parents":[{"sha":"x"}]}]}`,
		"too many parents":    `{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[{"sha":"` + hash(1) + `","parents":[` + strings.Repeat(`{"sha":"`+hash(1)+`"},`, 65) + `{}]}]}`,
		"too many on a page":  `{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[` + strings.Repeat(`{"sha":"`+hash(1)+`"},`, 100) + `{"sha":"` + hash(1) + `"}]}`,
	} {
		source, hub, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, body) })
		for range 2 {
			c, err := source.Compare(soon(t), repository, hash(0), hash(1))
			if err == nil {
				t.Errorf("%s: believed %+v", name, c)
			}
			if errors.Is(err, freightdiff.ErrNotFound) {
				t.Errorf("%s: says that there is no such thing", name)
			}
		}
		if hub.calls() != 2 {
			t.Errorf("%s: %d calls: it must not be remembered", name, hub.calls())
		}
	}
}

// GitHub may say that there are fewer pages than there should be: then the last ones that there are count.
func TestCompareAsksForNoPageThatIsNotThere(t *testing.T) {
	source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
		answer := ahead(r, 50_000)
		answer.Header.Set("Link", `<https://ghe.example/api/v3/x?page=100>; rel="last"`)
		return answer
	})
	c, err := source.Compare(soon(t), repository, hash(0), hash(50_000))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Commits) != 1000 || c.Commits[999].SHA != hash(10_000) || hub.calls() != 11 {
		t.Errorf("%d commits, to %s, in %d calls", len(c.Commits), c.Commits[len(c.Commits)-1].SHA, hub.calls())
	}
}

func TestCompareOfWhatIsNotThereIsNotFound(t *testing.T) {
	source, hub, now := newSource(t, func(string, *http.Request) *http.Response { return reply(404, `{"message":"Not Found"}`) })
	ask := func() {
		t.Helper()
		if _, err := source.Compare(soon(t), repository, hash(0), hash(1)); !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
	ask()
	ask()
	if hub.calls() != 1 {
		t.Errorf("asked %d times within a minute", hub.calls())
	}
	now.advance(time.Minute)
	ask()
	if hub.calls() != 2 {
		t.Errorf("asked %d times in a minute", hub.calls())
	}
	for _, wrong := range [][3]string{{"acme", hash(0), hash(1)}, {"acme/..", hash(0), hash(1)}, {repository, "main", hash(1)}, {repository, hash(0), "../x"}} {
		if _, err := source.Compare(soon(t), wrong[0], wrong[1], wrong[2]); !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%v: error %v", wrong, err)
		}
	}
	if hub.calls() != 2 {
		t.Error("asked for what can't be")
	}
}

// What is remembered is bounded, however much is compared, and however much one comparison has.
func TestCompareHoldsNoMoreThanItMay(t *testing.T) {
	source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return ahead(r, 100) }, func(o *github.SourceOptions) {
		o.MaxBytes = 200_000 // some three of them
	})
	ask := func(head int) {
		t.Helper()
		if _, err := source.Compare(soon(t), repository, hash(0), hash(head)); err != nil {
			t.Fatal(err)
		}
	}
	for head := range 20 {
		ask(head)
	}
	calls := hub.calls()
	if ask(19); hub.calls() != calls {
		t.Error("the newest is not held")
	}
	if ask(0); hub.calls() == calls {
		t.Error("the oldest is still held")
	}
}

// Whatever GitHub answers, what comes out of it is within its bounds.
func FuzzCompare(f *testing.F) {
	for _, body := range []string{
		`{"status":"ahead","ahead_by":1,"total_commits":1,"commits":[{"sha":"` + hash(1) + `","commit":{"message":"\ud800 x"}}]}`,
		`{"status":"diverged","ahead_by":900719925474099,"behind_by":1,"total_commits":900719925474099}`,
		`{"status":"identical"}`, `[[[[`, `null`,
	} {
		f.Add(body, `<https://x/?page=99999999>; rel="last"`)
	}
	f.Fuzz(func(t *testing.T, body, link string) {
		source, hub, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, body, "Link", link, "ETag", link) })
		c, err := source.Compare(soon(t), repository, hash(0), hash(1))
		if hub.calls() > 12 {
			t.Fatalf("%d calls", hub.calls())
		}
		if err != nil {
			return
		}
		if len(c.Commits) > freightdiff.MaxCommits || c.AheadBy < 0 || c.BehindBy < 0 {
			t.Fatalf("%+v", c)
		}
		for _, commit := range c.Commits {
			if len(commit.SHA) != 40 || len(commit.Message) > 8<<10 || utf8.RuneCountInString(commit.Author) > 256 || len(commit.URL) > 2048 {
				t.Fatalf("%+v", commit)
			}
		}
	})
}

func BenchmarkCompareFromMemory(b *testing.B) {
	source, _, _ := newSource(b, func(_ string, r *http.Request) *http.Response { return ahead(r, 1000) })
	for b.Loop() {
		if _, err := source.Compare(b.Context(), repository, hash(0), hash(1000)); err != nil {
			b.Fatal(err)
		}
	}
}
