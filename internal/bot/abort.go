package bot

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// abort stops what is being promoted to an environment or waits for its turn. Which Promotions and
// Shipments that is, is fixed here: what is asked for later is not meant.
func (b *Bot) abort(ctx context.Context, r Request, c chatops.Abort) (Answer, error) {
	return b.carryOut(ctx, order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionAbort,
		words: c.Services, environment: c.Environment,
		doing: func(environment string) string { return "abort promotions to " + environment },
		plan:  b.planAbort,
		summarize: func(items []v1alpha1.ShipmentItem) string {
			return fmt.Sprintf("abort promotions of %s to %s",
				enumerate(items, func(i v1alpha1.ShipmentItem) string { return i.Service }), items[0].Environment)
		},
	})
}

// maxAborted bounds what one item can name: the schema's limit.
const maxAborted = 100

func (b *Bot) planAbort(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
	promotions, err := b.Catalogue.Unfinished(ctx, t)
	if err != nil {
		return nil, err
	}
	shipments, err := b.unfinishedShipments(ctx, b.Cache, t)
	if err == nil && len(promotions)+len(shipments) == 0 {
		// What was asked for a moment ago may not have reached the cache.
		shipments, err = b.unfinishedShipments(ctx, b.Quorum, t)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case len(promotions) == 0 && len(shipments) == 0:
		return nil, &chatops.Problem{
			Code:  chatops.CodeNothingToDo,
			Title: fmt.Sprintf("Nothing of %s is being promoted to %s, or waits for it.", t.Service, t.Environment),
		}
	case len(promotions) > maxAborted || len(shipments) > maxAborted:
		return nil, &chatops.Problem{
			Code:  chatops.CodeTooMany,
			Title: fmt.Sprintf("%d promotions wait for %s; I can abort %d at once.", max(len(promotions), len(shipments)), t, maxAborted),
		}
	}
	item := newItem(t)
	item.Promotions, item.Shipments = promotions, shipments
	return []v1alpha1.ShipmentItem{item}, nil
}

// unfinishedShipments returns the names of the Shipments that are not done with a target's Stage.
func (b *Bot) unfinishedShipments(ctx context.Context, reader client.Reader, t kargo.Target) ([]string, error) {
	var all v1alpha1.ShipmentList
	if err := reader.List(ctx, &all, client.InNamespace(t.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return nil, fmt.Errorf("list shipments of project %s: %w", t.Project, err)
	}
	var names []string
	for i := range all.Items {
		if s := &all.Items[i]; s.Spec.Action.Promotes() && !s.Status.Phase.IsTerminal() && s.Awaits(t.Stage.Name) {
			names = append(names, s.Name)
		}
	}
	return names, nil
}
