package kargo

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// PhaseOf returns how far a Promotion is. One that succeeded is Verifying: whether what it brought is also
// verified is for the Stage to say.
func PhaseOf(p *kargoapi.Promotion) v1alpha1.ShipmentPhase {
	switch p.Status.Phase {
	case kargoapi.PromotionPhaseRunning:
		return v1alpha1.PhasePromoting
	case kargoapi.PromotionPhaseSucceeded:
		return v1alpha1.PhaseVerifying
	case kargoapi.PromotionPhaseFailed:
		return v1alpha1.PhaseFailed
	case kargoapi.PromotionPhaseErrored:
		return v1alpha1.PhaseErrored
	case kargoapi.PromotionPhaseAborted:
		return v1alpha1.PhaseAborted
	default:
		return v1alpha1.PhasePending
	}
}

// Steps names a Promotion's steps and tells how each went. The n-th entry of the metadata belongs to the n-th
// step.
func Steps(p *kargoapi.Promotion) []v1alpha1.StepStatus {
	out := make([]v1alpha1.StepStatus, len(p.Spec.Steps))
	for i := range p.Spec.Steps {
		out[i].Name = StepName(p, i)
		if i < len(p.Status.StepExecutionMetadata) {
			out[i].Phase = string(p.Status.StepExecutionMetadata[i].Status)
		}
	}
	return out
}

// Failure returns what Kargo says of how a Promotion ended that did not succeed: what the failing step says,
// else the Promotion itself.
func Failure(p *kargoapi.Promotion) string {
	if aborted := Aborted(p); aborted != "" {
		return aborted
	}
	for _, step := range p.Status.StepExecutionMetadata {
		if step.ContinueOnError {
			continue
		}
		if (step.Status == kargoapi.PromotionStepStatusFailed || step.Status == kargoapi.PromotionStepStatusErrored) && step.Message != "" {
			return bounded(step.Message)
		}
	}
	return bounded(p.Status.Message)
}
