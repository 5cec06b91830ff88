package bot

import (
	"context"
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// approveFreight approves Freight for an environment. Kargo does not check who does so, nor whether the
// Stage takes such Freight: that is done here.
func (b *Bot) approveFreight(ctx context.Context, r Request, c chatops.ApproveFreight) (Answer, error) {
	return b.carryOut(ctx, order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionApprove,
		words: []string{c.Service}, environment: c.Environment,
		doing: func(environment string) string { return "approve Freight for " + environment },
		plan: func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			freight, err := b.Catalogue.Lookup(ctx, t, c.Freight, b.Now())
			if err != nil {
				return nil, err
			}
			item := moving(t, freight)
			if kargo.Available(t.Stage, freight, b.Now()).Available {
				return nil, &chatops.Problem{
					Code:  chatops.CodeNothingToDo,
					Title: fmt.Sprintf("%s %s can go to %s without that.", t.Service, item.Version, t.Environment),
					Body: []chatops.Text{chatops.Line(chatops.Plain("To promote it: "),
						chatops.Code(fmt.Sprintf("/promote %s %s %s", t.Word(), t.Environment, item.Version)))},
				}
			}
			return []v1alpha1.ShipmentItem{item}, nil
		},
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return fmt.Sprintf("approve %s %s for %s", items[0].Service, items[0].Version, items[0].Environment)
		},
	})
}
