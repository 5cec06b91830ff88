package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// rollback moves Freight back to an environment that it ran in before. What is unhealthy there is no
// reason not to: it may be why.
func (b *Bot) rollback(ctx context.Context, r Request, c chatops.Rollback) (Answer, error) {
	return b.carryOut(ctx, order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionRollback,
		words: c.Services, environment: c.Environment, partial: c.Partial,
		doing: func(environment string) string { return "roll back in " + environment },
		plan: func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			freight, err := b.Catalogue.Previous(ctx, t, c.Freight, b.Now())
			if err != nil {
				return nil, err
			}
			item := moving(t, freight)
			item.Holds = b.holds(ctx, t, freight)
			return []v1alpha1.ShipmentItem{item}, nil
		},
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return "roll back " + enumerate(items, change) + " in " + items[0].Environment
		},
	})
}
