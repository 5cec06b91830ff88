package shipment

import (
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// holds reports whether Kargo does not promote to the Stage by itself any more because of a Promotion: its
// admission says so when the Promotion is made, which the Stage takes over a moment later. One that is
// aborted takes that back; one that fails does not.
func holds(p *kargoapi.Promotion) bool {
	return p.Annotations[kargoapi.AnnotationKeyAutoPromotionHold] != "" && p.Status.Phase != kargoapi.PromotionPhaseAborted
}

// noteSilence is how long Kargo is waited for to take note of a Promotion where that is all that matters.
const noteSilence = time.Minute

// resumed tells whether a Promotion that succeeded, by the outcome o, has ended the hold that it was made
// to end.
func (v *visit) resumed(stage *kargoapi.Stage, p *kargoapi.Promotion, o outcome) outcome {
	hold, held := stage.Status.EffectiveAutoPromotionHolds[v.item.Origin]
	noted := stage.Status.LastPromotion != nil && stage.Status.LastPromotion.Name >= p.Name
	var passed time.Duration
	if p.Status.FinishedAt != nil {
		passed = v.now.Sub(p.Status.FinishedAt.Time)
	}
	switch {
	case noted && !held:
		o.result = "auto-promotion goes on"
		return o
	case held && hold.PromotionName > p.Name:
		return outcome{phase: v1alpha1.PhaseFailed, health: o.health, message: fmt.Sprintf(
			"It was promoted, but auto-promotion is on hold again because of a later Promotion, %s.", hold.PromotionName)}
	case noted && passed >= stageSilence:
		return outcome{phase: v1alpha1.PhaseFailed, health: o.health, message: "It was promoted, but Kargo still holds auto-promotion."}
	case passed >= noteSilence:
		return outcome{phase: v1alpha1.PhaseFailed, health: o.health, message: "It was promoted, but Kargo's Stage has not taken note of it, so auto-promotion may still be on hold."}
	default:
		return outcome{phase: v1alpha1.PhaseVerifying, health: o.health}
	}
}
