package freightdiff_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// forge is a Forge of one repository, acme/microsvcs.
type forge struct {
	// commits are in order, oldest first. Their parents come before them.
	commits []freightdiff.RawCommit
	// touches has the paths that a commit touches, by its hash.
	touches  map[string][]string
	refs     map[string]string
	releases []freightdiff.Release
	pulls    map[string]*freightdiff.PullRequest
	// fail is what every call of that name ends with.
	fail map[string]error
	// hold keeps comparisons waiting until it is closed.
	hold chan struct{}

	mu    sync.Mutex
	calls map[string]int
}

const repo = "acme/microsvcs"

// hash makes a hash of a name, which it begins with.
func hash(name string) string {
	return name + strings.Repeat("0", 40-len(name))
}

func (f *forge) called(name, of string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[string]int{}
	}
	f.calls[name]++
	if of != repo {
		return freightdiff.ErrNotFound
	}
	return f.fail[name]
}

func (f *forge) Resolve(_ context.Context, of, ref string) (string, error) {
	if err := f.called("Resolve", of); err != nil {
		return "", err
	}
	if commit, ok := f.refs[ref]; ok {
		return commit, nil
	}
	for _, c := range f.commits {
		if strings.HasPrefix(c.SHA, ref) {
			return c.SHA, nil
		}
	}
	return "", fmt.Errorf("resolve %s: %w", ref, freightdiff.ErrNotFound)
}

// reach is what a commit has, itself included.
func (f *forge) reach(sha string) map[string]bool {
	has := map[string]bool{}
	for _, c := range slices.Backward(f.commits) {
		if c.SHA == sha || has[c.SHA] {
			has[c.SHA] = true
			for _, p := range c.Parents {
				has[p] = true
			}
		}
	}
	return has
}

func (f *forge) Compare(ctx context.Context, of, base, head string) (*freightdiff.Comparison, error) {
	if err := f.called("Compare", of); err != nil {
		return nil, err
	}
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	inBase, inHead := f.reach(base), f.reach(head)
	if len(inBase) == 0 || len(inHead) == 0 {
		return nil, freightdiff.ErrNotFound
	}
	c := &freightdiff.Comparison{Base: base, Head: head, URL: "https://github.com/" + repo + "/compare/x"}
	for _, raw := range f.commits {
		switch {
		case inHead[raw.SHA] && !inBase[raw.SHA]:
			c.AheadBy++
			c.Commits = append(c.Commits, raw)
		case inBase[raw.SHA] && !inHead[raw.SHA]:
			c.BehindBy++
		}
	}
	c.Commits = c.Commits[max(0, len(c.Commits)-freightdiff.MaxCommits):]
	switch {
	case c.AheadBy > 0 && c.BehindBy > 0:
		c.Relation = freightdiff.Diverged
	case c.AheadBy > 0:
		c.Relation = freightdiff.Ahead
	case c.BehindBy > 0:
		c.Relation = freightdiff.Behind
	default:
		c.Relation = freightdiff.Identical
	}
	return c, nil
}

func (f *forge) Relate(ctx context.Context, of, base, head string) (freightdiff.Relation, error) {
	c, err := f.Compare(ctx, of, base, head)
	if err != nil {
		return "", err
	}
	return c.Relation, nil
}

func (f *forge) Touching(_ context.Context, of string, c *freightdiff.Comparison, paths []string) (map[string]bool, error) {
	if err := f.called("Touching", of); err != nil {
		return nil, err
	}
	touching := map[string]bool{}
	for _, raw := range c.Commits {
		for _, path := range f.touches[raw.SHA] {
			if slices.Contains(paths, path) {
				touching[raw.SHA] = true
			}
		}
	}
	return touching, nil
}

func (f *forge) Releases(_ context.Context, of string) ([]freightdiff.Release, error) {
	return f.releases, f.called("Releases", of)
}

func (f *forge) PullRequestOf(_ context.Context, of, commit string) (*freightdiff.PullRequest, error) {
	return f.pulls[commit], f.called("PullRequestOf", of)
}

// history adds commits, each "name parent…: message".
func (f *forge) history(t *testing.T, lines ...string) *forge {
	t.Helper()
	for _, line := range lines {
		names, message, ok := strings.Cut(line, ": ")
		if !ok {
			t.Fatalf("%q is no commit", line)
		}
		words := strings.Fields(names)
		c := freightdiff.RawCommit{
			SHA: hash(words[0]), Message: message, Login: "octocat", Author: "Mona",
			URL: "https://github.com/" + repo + "/commit/" + words[0],
		}
		for _, parent := range words[1:] {
			c.Parents = append(c.Parents, hash(parent))
		}
		f.commits = append(f.commits, c)
	}
	return f
}
