package github_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// history answers the history of a path that goes on for ever, and of which every second commit is one of
// the comparison's: the newest is the one of that number.
func history(r *http.Request, newest int) *http.Response {
	return files(r, 1_000_000, func(n int) object {
		if n%2 == 0 {
			return object{"sha": strings.Repeat("f", 40)}
		}
		return object{"sha": hash(newest - n/2)}
	})
}

func comparison(commits int) *freightdiff.Comparison {
	c := &freightdiff.Comparison{Base: hash(0), Head: hash(commits), Relation: freightdiff.Ahead, AheadBy: commits}
	for n := 1; n <= commits; n++ {
		c.Commits = append(c.Commits, freightdiff.RawCommit{SHA: hash(n), At: time.Date(2026, 8, 1, 12, n, 0, 0, time.UTC)})
	}
	return c
}

// However long the history of a path is, a bounded number of pages is read, and none that can't matter.
func TestTouchingStopsWhenAllIsKnown(t *testing.T) {
	for _, test := range []struct{ commits, paths, calls, touching int }{
		{1, 1, 1, 1}, {50, 1, 1, 50}, {51, 1, 2, 51}, {100, 3, 2, 100}, {1000, 1, 11, 550}, {1000, 2, 22, 550},
	} {
		source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return history(r, test.commits) })
		var paths []string
		for i := range test.paths {
			paths = append(paths, fmt.Sprint("projects/", i))
		}
		touching, err := source.Touching(soon(t), repository, comparison(test.commits), paths)
		if err != nil || len(touching) != test.touching || h.calls() != test.calls {
			t.Errorf("%d commits, %d paths: %d touch them, in %d calls, %v", test.commits, test.paths, len(touching), h.calls(), err)
		}
		const since = "since=2026-07-31T12%3A01%3A00Z" // a day before the oldest
		if first := h.asked[0]; !strings.Contains(first, since) || !strings.Contains(first, "sha="+hash(test.commits)) || !strings.Contains(first, "path=projects%2F0") {
			t.Errorf("asked for %s", first)
		}
	}
}

// Commits have any date: what can't be asked for is left out.
func TestTouchingAsksForNoTimeBeforeGit(t *testing.T) {
	for name, at := range map[string]time.Time{
		"none": {}, "the beginning": time.Unix(3600, 0), "long ago": time.Unix(-1e9, 0), "far away": time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return history(r, 1) })
		c := comparison(1)
		c.Commits[0].At = at
		if _, err := source.Touching(soon(t), repository, c, []string{"a"}); err != nil || strings.Contains(h.asked[0], "since") {
			t.Errorf("%s: asked for %s, %v", name, h.asked[0], err)
		}
	}
}

func TestTouchingNothingAsksForNothing(t *testing.T) {
	source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return history(r, 1) })
	for _, c := range []*freightdiff.Comparison{comparison(0), {Base: hash(1), Head: hash(0), Relation: freightdiff.Behind, BehindBy: 1}} {
		if touching, err := source.Touching(soon(t), repository, c, []string{"a"}); err != nil || touching == nil || len(touching) > 0 {
			t.Errorf("%v, %v", touching, err)
		}
	}
	if h.calls() > 0 {
		t.Errorf("asked for %q", h.asked)
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint("p", i)
	}
	if _, err := source.Touching(soon(t), repository, comparison(1), many); err == nil {
		t.Error("asked for any number of paths")
	}
}
