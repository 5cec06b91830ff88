package github

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// pagesAtOnce bounds the pages of one comparison that are read at the same time.
const pagesAtOnce = 4

// comparisonBody is what of a comparison matters:
// https://docs.github.com/en/rest/commits/commits#compare-two-commits
type comparisonBody struct {
	Status       string       `json:"status"`
	AheadBy      int          `json:"ahead_by"`
	BehindBy     int          `json:"behind_by"`
	TotalCommits int          `json:"total_commits"`
	HTMLURL      string       `json:"html_url"`
	Commits      []commitBody `json:"commits"`
}

// Compare implements freightdiff.Forge. It takes one call for up to 100 commits, and 12 at most: GitHub
// lists the oldest first, and of a long range only the last pages are read.
func (s *Source) Compare(ctx context.Context, repo, base, head string) (*freightdiff.Comparison, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	if !isHash(base) || !isHash(head) {
		return nil, fmt.Errorf("%q or %q is no commit: %w", oneLine(base, 100), oneLine(head, 100), freightdiff.ErrNotFound)
	}
	basehead := base + "..." + head
	return find(ctx, s, r, "compare "+basehead, func(ctx context.Context, _ *recall.Answer[*freightdiff.Comparison]) (recall.Answer[*freightdiff.Comparison], error) {
		made, err := s.compare(ctx, r, basehead)
		if isAbsent(err) {
			return recall.Answer[*freightdiff.Comparison]{Err: err, Fresh: absent}, nil
		}
		if err != nil {
			return recall.Answer[*freightdiff.Comparison]{}, err
		}
		made.Base, made.Head = base, head
		return recall.Answer[*freightdiff.Comparison]{Value: made, Size: sizeOf(made), Fresh: recall.Forever}, nil
	})
}

func (s *Source) compare(ctx context.Context, repo repository, basehead string) (*freightdiff.Comparison, error) {
	var first comparisonBody
	came, err := s.get(ctx, comparePage(repo, basehead, 1), &first)
	if err != nil {
		return nil, err
	}
	relation, ok := relationOf(first.Status, first.AheadBy, first.BehindBy)
	if !ok || first.TotalCommits < 0 {
		return nil, fmt.Errorf("comparison %s of %s: %w", basehead, repo, errMalformed)
	}
	from, to := newestPages(first.TotalCommits, came.last)
	pages := make([][]commitBody, to-from+1)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pagesAtOnce)
	for i := range pages {
		number := from + i
		if number == 1 {
			pages[i] = first.Commits
			continue
		}
		group.Go(func() error {
			var body comparisonBody
			_, err := s.get(groupCtx, comparePage(repo, basehead, number), &body)
			pages[i] = body.Commits
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	commits, ok := newestCommits(pages)
	if !ok {
		return nil, fmt.Errorf("commits of %s of %s: %w", basehead, repo, errMalformed)
	}
	return &freightdiff.Comparison{
		Relation: relation, AheadBy: first.AheadBy, BehindBy: first.BehindBy, Commits: commits, URL: link(first.HTMLURL),
	}, nil
}

func comparePage(repo repository, basehead string, number int) read {
	return read{repo: repo, path: "compare/" + basehead, query: page(number)}
}

// page returns the query of a page.
func page(number int) url.Values {
	return url.Values{"per_page": {strconv.Itoa(perPage)}, "page": {strconv.Itoa(number)}}
}

// newestPages returns the pages, from 1, that have the newest commits of so many. last is what GitHub says
// is the last page, or 0.
func newestPages(total, last int) (from, to int) {
	to = max(1, (total+perPage-1)/perPage)
	from = max(0, total-freightdiff.MaxCommits)/perPage + 1
	if last > 0 && last < to {
		from = max(1, min(from, last-freightdiff.MaxCommits/perPage+1))
		to = last
	}
	return from, to
}

// newestCommits joins pages, oldest commit first. ok is false if something in them is no commit.
func newestCommits(pages [][]commitBody) (commits []freightdiff.RawCommit, ok bool) {
	seen := map[string]bool{}
	for _, bodies := range pages {
		if len(bodies) > perPage {
			return nil, false
		}
		for i := range bodies {
			commit, ok := bodies[i].commit()
			if !ok {
				return nil, false
			}
			if !seen[commit.SHA] {
				seen[commit.SHA] = true
				commits = append(commits, commit)
			}
		}
	}
	return slices.Clone(commits[max(0, len(commits)-freightdiff.MaxCommits):]), true
}
