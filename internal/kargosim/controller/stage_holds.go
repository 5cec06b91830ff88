package controller

import (
	"context"
	"maps"
	"slices"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// dropHolds forgets holds that mean nothing: all while auto-promotion is off, and those of origins that
// the Stage does not ask for.
func (p *pass) dropHolds() {
	maps.DeleteFunc(p.stage.Status.AutoPromotionHolds, func(origin string, _ kargo.AutoPromotionHold) bool {
		return !p.autoPromotion || !p.requests(origin)
	})
	if len(p.stage.Status.AutoPromotionHolds) == 0 {
		p.stage.Status.AutoPromotionHolds = nil
	}
}

// requests reports whether the Stage asks for Freight of the origin.
func (p *pass) requests(origin string) bool {
	return slices.ContainsFunc(p.stage.Spec.RequestedFreight, func(r kargo.FreightRequest) bool {
		return r.Origin.String() == origin
	})
}

// recordHold takes over what a Promotion that ended says about auto-promotion of its origin. Whoever
// aborted it took that back.
func (p *pass) recordHold(promotion *kargo.Promotion) {
	if !p.autoPromotion || promotion.Status.Phase == kargo.PromotionPhaseAborted {
		return
	}
	status := &p.stage.Status
	if origin := promotion.Annotations[kargo.AnnotationKeyAutoPromotionHold]; origin != "" {
		for _, request := range p.stage.Spec.RequestedFreight {
			if request.Origin.String() == origin {
				if status.AutoPromotionHolds == nil {
					status.AutoPromotionHolds = make(map[string]kargo.AutoPromotionHold)
				}
				status.AutoPromotionHolds[origin] = newHold(promotion, request.Origin)
			}
		}
		return
	}
	delete(status.AutoPromotionHolds, promotion.Annotations[kargo.AnnotationKeyAutoPromotionResume])
}

func newHold(promotion *kargo.Promotion, origin kargo.FreightOrigin) kargo.AutoPromotionHold {
	return kargo.AutoPromotionHold{
		FreightName:   promotion.Spec.Freight,
		Origin:        origin,
		PromotionName: promotion.Name,
		Actor:         promotion.Annotations[kargo.AnnotationKeyCreateActor],
		CreatedAt:     promotion.CreationTimestamp.DeepCopy(),
	}
}

// computeHolds works out which holds are in effect: the recorded ones, changed by what the newest
// Promotions since say, even if they have not run yet.
func (p *pass) computeHolds(ctx context.Context) error {
	p.stage.Status.EffectiveAutoPromotionHolds = nil
	if !p.autoPromotion {
		return nil
	}
	all, err := p.promotions(ctx)
	if err != nil {
		return err
	}
	effective := maps.Clone(p.stage.Status.AutoPromotionHolds)
	if effective == nil {
		effective = make(map[string]kargo.AutoPromotionHold)
	}
	last := ""
	if reference := p.stage.Status.LastPromotion; reference != nil {
		last = reference.Name
	}
	for _, request := range p.stage.Spec.RequestedFreight {
		origin := request.Origin.String()
		newest := newestIntent(all, origin, last)
		switch {
		case newest == nil:
		case newest.Annotations[kargo.AnnotationKeyAutoPromotionHold] == origin:
			effective[origin] = newHold(newest, request.Origin)
		default:
			delete(effective, origin)
		}
	}
	if len(effective) > 0 {
		p.stage.Status.EffectiveAutoPromotionHolds = effective
	}
	return nil
}

// newestIntent returns the newest Promotion after last that holds or resumes auto-promotion of the
// origin, or nil.
func newestIntent(all []kargo.Promotion, origin, last string) *kargo.Promotion {
	var newest *kargo.Promotion
	for i := range all {
		promotion := &all[i]
		about := promotion.Annotations[kargo.AnnotationKeyAutoPromotionHold] == origin ||
			promotion.Annotations[kargo.AnnotationKeyAutoPromotionResume] == origin
		if about && promotion.Status.Phase != kargo.PromotionPhaseAborted && promotion.Name > last &&
			(newest == nil || promotion.Name > newest.Name) {
			newest = promotion
		}
	}
	return newest
}
