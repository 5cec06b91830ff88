package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// resume lets Kargo promote by itself again: by promoting, of each origin that is on hold, what Kargo
// would choose. Which Freight that is Kargo says when it makes the Promotion; until then, the Shipment
// has what it is now.
func (b *Bot) resume(ctx context.Context, r Request, c chatops.Resume) (Answer, error) {
	return b.carryOut(ctx, order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionResume,
		words: []string{c.Service}, environment: c.Environment,
		doing: func(environment string) string { return "resume auto-promotion to " + environment },
		plan: func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			origins, problem := kargo.Held(t)
			if problem != nil {
				return nil, problem
			}
			var items []v1alpha1.ShipmentItem
			for _, origin := range origins {
				freight, err := b.Catalogue.Candidate(ctx, t, origin, b.Now())
				if err != nil {
					return nil, err
				}
				item := moving(t, freight)
				item.Origin = origin.String()
				items = append(items, item)
			}
			return items, nil
		},
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return "resume auto-promotion of " + items[0].Service + " to " + items[0].Environment
		},
	})
}
