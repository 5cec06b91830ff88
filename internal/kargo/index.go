package kargo

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// PromotionStage is the field that caches index Promotions by: the Stage that they are to.
const PromotionStage = "spec.stage"

// IndexPromotions has a cache index Promotions by PromotionStage, which a Catalogue needs to answer
// questions about them. It is to be called before the cache is filled.
func IndexPromotions(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &kargoapi.Promotion{}, PromotionStage, func(o client.Object) []string {
		p, ok := o.(*kargoapi.Promotion)
		if !ok {
			return nil
		}
		return []string{p.Spec.Stage}
	})
	if err != nil {
		return fmt.Errorf("index promotions by stage: %w", err)
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
