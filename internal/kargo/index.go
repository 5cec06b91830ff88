package kargo

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Fields that caches index Promotions by.
const (
	// PromotionStage is the Stage that they are to.
	PromotionStage = "spec.stage"
	// PromotionPullRequest is the address of the pull request that they have opened.
	PromotionPullRequest = "pullRequest"
)

// IndexPromotions has a cache index Promotions, which a Catalogue needs to answer questions about them. It is
// to be called before the cache is filled.
func IndexPromotions(ctx context.Context, indexer client.FieldIndexer) error {
	for field, value := range map[string]func(*kargoapi.Promotion) string{
		PromotionStage:       func(p *kargoapi.Promotion) string { return p.Spec.Stage },
		PromotionPullRequest: PullRequestURL,
	} {
		err := indexer.IndexField(ctx, &kargoapi.Promotion{}, field, func(o client.Object) []string {
			p, ok := o.(*kargoapi.Promotion)
			if !ok || value(p) == "" {
				return nil
			}
			return []string{value(p)}
		})
		if err != nil {
			return fmt.Errorf("index promotions by %s: %w", field, err)
		}
	}
	return nil
}

// promotionsTo returns the Promotions to a Stage. They are the cache's own: not to be changed.
func (c *Catalogue) promotionsTo(ctx context.Context, namespace, stage string) ([]kargoapi.Promotion, error) {
	var list kargoapi.PromotionList
	err := c.reader.List(ctx, &list, client.InNamespace(namespace),
		client.MatchingFields{PromotionStage: stage}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("list promotions to stage %s/%s: %w", namespace, stage, err)
	}
	return list.Items, nil
}
