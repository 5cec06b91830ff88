package bot

import (
	"context"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// promote moves Freight to an environment, or through all Stages on the way there.
func (b *Bot) promote(ctx context.Context, r Request, c chatops.Promote) (Answer, error) {
	o := order{
		request: r, mutation: c.Mutation, action: v1alpha1.ActionPromote,
		words: c.Services, environment: c.Environment, partial: c.Partial,
		doing: func(environment string) string { return "promote to " + environment },
	}
	o.plan = func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
		return b.planPromotion(ctx, t, c.Freight)
	}
	o.summarize = func(items []v1alpha1.ShipmentItem) string {
		return enumerate(items, change) + " to " + items[0].Environment
	}
	if c.Through {
		o.plan = func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error) {
			return b.planWalk(ctx, t, c.Freight)
		}
		o.summarize = summarizeWalk
	}
	return b.carryOut(ctx, o)
}

func (b *Bot) planPromotion(ctx context.Context, t kargo.Target, wanted string) ([]v1alpha1.ShipmentItem, error) {
	freight, err := b.Catalogue.Choose(ctx, t, wanted, b.Now())
	if err != nil {
		return nil, err
	}
	if problem := kargo.Unhealthy(t); problem != nil && wanted == "" {
		return nil, problem
	}
	item := moving(t, freight)
	item.Holds = b.holds(ctx, t, freight)
	return []v1alpha1.ShipmentItem{item}, nil
}

func (b *Bot) planWalk(ctx context.Context, t kargo.Target, wanted string) ([]v1alpha1.ShipmentItem, error) {
	walk, err := b.Catalogue.Through(ctx, t, wanted, b.Now())
	if err != nil {
		return nil, err
	}
	item := moving(t, walk.Freight)
	item.Path = walk.Path
	return []v1alpha1.ShipmentItem{item}, nil
}

// summarizeWalk names the Stages of a single walk: "red 3.2.0 to production, through red-staging".
func summarizeWalk(items []v1alpha1.ShipmentItem) string {
	words := enumerate(items, change) + " to " + items[0].Environment
	if len(items) > 1 {
		return words + ", through all Stages on the way"
	}
	if path := items[0].Path; len(path) > 1 {
		words += ", through " + strings.Join(path[:len(path)-1], ", ")
	}
	return words
}
