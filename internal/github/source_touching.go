package github

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

const (
	// maxPaths bounds the paths that one comparison is looked at for.
	maxPaths = 100
	// maxSkew is how far the clocks by which commits are dated may be apart: GitHub lists by date.
	maxSkew = 24 * time.Hour
	// pagesOfPath bounds the pages that are read of the history of one path.
	pagesOfPath = freightdiff.MaxCommits/perPage + 1
)

// Touching implements freightdiff.Forge. Of each path it looks at the newest 1,100 commits since the
// oldest one of the comparison: what is behind those counts as not touching it.
func (s *Source) Touching(ctx context.Context, repo string, c *freightdiff.Comparison, paths []string) (map[string]bool, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	paths = slices.Compact(slices.Sorted(slices.Values(paths)))
	if len(paths) > maxPaths || slices.ContainsFunc(paths, func(path string) bool { return !isPath(path) }) {
		return nil, fmt.Errorf("%d paths, of which one is none of a repository, or too many", len(paths))
	}
	if len(c.Commits) == 0 || len(paths) == 0 {
		return map[string]bool{}, nil
	}
	question := "touching " + c.Base + "..." + c.Head + "\x00" + strings.Join(paths, "\x00")
	touching, err := find(ctx, s, r, question, func(ctx context.Context, _ *recall.Answer[map[string]bool]) (recall.Answer[map[string]bool], error) {
		found, err := s.touching(ctx, r, c, paths)
		return recall.Answer[map[string]bool]{Value: found, Size: 100 * len(found), Fresh: recall.Forever}, err
	})
	return maps.Clone(touching), err
}

// isPath reports whether something is the path of a folder or a file in a repository.
func isPath(path string) bool {
	if path == "" || len(path) > maxPath || strings.ContainsRune(path, 0) {
		return false
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

func (s *Source) touching(ctx context.Context, repo repository, c *freightdiff.Comparison, paths []string) (map[string]bool, error) {
	wanted := make(map[string]bool, len(c.Commits))
	for _, commit := range c.Commits {
		wanted[commit.SHA] = true
	}
	touching := map[string]bool{}
	for _, path := range paths {
		query := page(1)
		query.Set("sha", c.Head)
		query.Set("path", path)
		if since := sinceOf(c.Commits); !since.IsZero() {
			query.Set("since", since.UTC().Format(time.RFC3339))
		}
		for number := 1; number != 0 && number <= pagesOfPath && len(touching) < len(wanted); {
			query.Set("page", fmt.Sprint(number))
			var commits []struct {
				SHA string `json:"sha"`
			}
			came, err := s.get(ctx, read{repo: repo, path: "commits", query: query}, &commits)
			if err != nil {
				return nil, err
			}
			for _, commit := range commits {
				if wanted[commit.SHA] {
					touching[commit.SHA] = true
				}
			}
			number = following(number, came)
		}
	}
	return touching, nil
}

// following returns the page after one, or 0. Pages are read in their order, whatever an answer says.
func following(number int, came arrived) int {
	if came.next <= number {
		return 0
	}
	return number + 1
}

// sinceOf returns the time since which all of the commits are listed; zero if that can't be asked for: Git
// lists by no time before 1970.
func sinceOf(commits []freightdiff.RawCommit) time.Time {
	oldest := commits[0].At
	for _, commit := range commits {
		if commit.At.Before(oldest) {
			oldest = commit.At
		}
	}
	since := oldest.Add(-maxSkew)
	if since.Unix() <= 0 || since.Year() > 2098 {
		return time.Time{}
	}
	return since
}
