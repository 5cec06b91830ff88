package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// refresh has the Warehouses of a service look for new artifacts. Kargo lets everybody do so who can log
// in to it; here, who may promote the service somewhere.
func (b *Bot) refresh(ctx context.Context, r Request, c chatops.Refresh) (Answer, error) {
	var warehouses []string
	o := order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionRefresh, words: []string{c.Service}, any: true,
		doing: func(string) string { return "have new artifacts looked for" },
		plan: func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			items := make([]v1alpha1.ShipmentItem, len(warehouses))
			for i, name := range warehouses {
				newest, err := b.Catalogue.NewestOf(ctx, t, name)
				if err != nil {
					return nil, err
				}
				items[i] = v1alpha1.ShipmentItem{Service: t.Service, Warehouse: name, From: newest}
			}
			return items, nil
		},
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return "look for new artifacts of " + items[0].Service
		},
	}
	return b.carryOutAt(ctx, o, func(ctx context.Context) ([]kargo.Target, error) {
		places, err := b.Catalogue.Places(ctx, c.Service)
		if err != nil {
			return nil, err
		}
		warehouses = kargo.Warehouses(places)
		if len(warehouses) == 0 {
			return nil, &chatops.Problem{Code: chatops.CodeNothingToDo, Title: places[0].Service + " takes Freight from no Warehouse."}
		}
		return places, nil
	})
}
