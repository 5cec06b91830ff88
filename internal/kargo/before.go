package kargo

import (
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// RanBefore returns what a Stage ran before a Promotion, or runs while the Promotion has not succeeded: Freight
// of that origin, or where that is not known the first. It returns nil if nothing did.
func RanBefore(stage *kargoapi.Stage, p *kargoapi.Promotion, origin kargoapi.FreightOrigin) *kargoapi.FreightReference {
	history := stage.Status.FreightHistory
	before := 0
	// The names of a Stage's Promotions have the time in them: a later one has a greater name.
	last := stage.Status.LastPromotion
	if p.Status.Phase == kargoapi.PromotionPhaseSucceeded && last != nil && last.Name >= p.Name {
		before = len(history)
		for i, collection := range history {
			if collection.Includes(p.Spec.Freight) {
				before = i + 1
				break
			}
		}
	}
	if before >= len(history) {
		return nil
	}
	if ref, ok := history[before].Freight[origin.String()]; ok {
		return &ref
	}
	if refs := inOrder(stage, history[before]); len(refs) > 0 && origin == (kargoapi.FreightOrigin{}) {
		return &refs[0]
	}
	return nil
}

// Remembered returns what a Stage keeps of the Freight of that name, or nil if that is nothing.
func Remembered(stage *kargoapi.Stage, freight string) *kargoapi.FreightReference {
	for _, collection := range stage.Status.FreightHistory {
		for _, ref := range collection.Freight {
			if ref.Name == freight {
				return &ref
			}
		}
	}
	return nil
}
