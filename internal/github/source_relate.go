package github

import (
	"context"
	"fmt"
	"net/url"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// Relate implements freightdiff.Forge, by one call: it asks for a page of a comparison that has but one
// commit, and no files.
func (s *Source) Relate(ctx context.Context, repo, base, head string) (freightdiff.Relation, error) {
	r, err := s.repository(repo)
	if err != nil {
		return "", err
	}
	if !isHash(base) || !isHash(head) {
		return "", fmt.Errorf("%q or %q is no commit: %w", oneLine(base, 100), oneLine(head, 100), freightdiff.ErrNotFound)
	}
	basehead := base + "..." + head
	return find(ctx, s, r, "relate "+basehead, func(ctx context.Context, _ *recall.Answer[freightdiff.Relation]) (recall.Answer[freightdiff.Relation], error) {
		var body comparisonBody
		_, err := s.get(ctx, read{repo: r, path: "compare/" + basehead, query: url.Values{"per_page": {"1"}, "page": {"2"}}}, &body)
		if isAbsent(err) {
			return recall.Answer[freightdiff.Relation]{Err: err, Fresh: absent}, nil
		}
		if err != nil {
			return recall.Answer[freightdiff.Relation]{}, err
		}
		relation, ok := relationOf(body.Status, body.AheadBy, body.BehindBy)
		if !ok {
			return recall.Answer[freightdiff.Relation]{}, fmt.Errorf("comparison %s of %s: %w", basehead, r, errMalformed)
		}
		return recall.Answer[freightdiff.Relation]{Value: relation, Size: len(basehead) + len(relation), Fresh: recall.Forever}, nil
	})
}
