package pullrequest

import (
	"context"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// promotion says what a Promotion changes that has opened the pull request. The card is empty if none has.
func (f *Follower) promotion(ctx context.Context, pull Pull) (saying, error) {
	p, err := f.Catalogue.OpenedBy(ctx, pull.URL)
	if err != nil || p == nil || p.Freight == nil {
		return saying{}, err
	}
	diff := contents.Promotion(p.Target, p.From, p.Freight)
	diff.Code = f.Code.Changes(ctx, diff.Project, diff.Service, diff.Changes)
	if f.Manifests != nil && p.Promotion.Status.Phase != kargoapi.PromotionPhaseSucceeded {
		// Once it has succeeded, the branch has what it changed.
		diff.Manifests = f.Manifests.Of(ctx, diff)
	}
	said := saying{card: cards.PullPromotion(diff, p.Promotion.Name, string(p.Promotion.Status.Phase), f.Links)}
	for _, c := range diff.Code {
		said.transient = said.transient || c.Transient
	}
	return said, nil
}
