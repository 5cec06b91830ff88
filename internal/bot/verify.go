package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// verify has an environment verify again what it runs.
func (b *Bot) verify(ctx context.Context, r Request, c chatops.Verify) (Answer, error) {
	return b.carryOut(ctx, order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionVerify,
		words: []string{c.Service}, environment: c.Environment,
		doing: func(environment string) string { return "have something verified in " + environment },
		plan: func(_ context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			id, problem := kargo.Verifiable(t)
			if problem != nil {
				return nil, problem
			}
			item := newItem(t)
			item.Verification = id
			for _, ref := range t.Stage.Status.Current().Freight {
				item.Freight, item.Version = ref.Name, kargo.Version(ref, t.Service)
			}
			return []v1alpha1.ShipmentItem{item}, nil
		},
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return "verify " + items[0].Service + " " + items[0].Version + " in " + items[0].Environment
		},
	})
}
