package shipment

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// prepare gives the status of a new Shipment an entry for each item and Stage.
func prepare(s *v1alpha1.Shipment) {
	for i := len(s.Status.Items); i < len(s.Spec.Items); i++ {
		item := s.Spec.Items[i]
		status := v1alpha1.ItemStatus{Service: item.Service}
		path := item.Path
		if len(path) == 0 {
			path = []string{""}
		}
		for _, stage := range path {
			status.Stages = append(status.Stages, v1alpha1.StageStatus{Stage: stage, Phase: v1alpha1.PhasePending})
		}
		s.Status.Items = append(s.Status.Items, status)
	}
}

// observe copies how far a Promotion is.
func observe(stage *v1alpha1.StageStatus, p *kargoapi.Promotion) {
	stage.Steps = steps(p)
	stage.StartedAt = p.Status.StartedAt
	stage.CurrentStep, stage.StepStartedAt = 0, nil
	if n := len(p.Status.StepExecutionMetadata); n > 0 {
		stage.CurrentStep = n
		stage.StepStartedAt = p.Status.StepExecutionMetadata[n-1].StartedAt
	}
	switch p.Status.Phase {
	case kargoapi.PromotionPhaseRunning:
		stage.Phase = v1alpha1.PhasePromoting
	case kargoapi.PromotionPhaseSucceeded:
		// Whether it is also verified is for the Stage to say.
		stage.Phase, stage.PromotedAt = v1alpha1.PhaseVerifying, p.Status.FinishedAt
	case kargoapi.PromotionPhaseFailed:
		stage.Phase = v1alpha1.PhaseFailed
	case kargoapi.PromotionPhaseErrored:
		stage.Phase = v1alpha1.PhaseErrored
	case kargoapi.PromotionPhaseAborted:
		stage.Phase = v1alpha1.PhaseAborted
	default:
		stage.Phase = v1alpha1.PhasePending
	}
	if stage.Phase.IsTerminal() {
		stage.Message = failure(p)
		stage.FinishedAt = p.Status.FinishedAt
	}
}

// steps names a Promotion's steps and tells how each went. The n-th entry of the metadata belongs
// to the n-th step.
func steps(p *kargoapi.Promotion) []v1alpha1.StepStatus {
	out := make([]v1alpha1.StepStatus, len(p.Spec.Steps))
	for i := range p.Spec.Steps {
		out[i].Name = kargo.StepName(p, i)
		if i < len(p.Status.StepExecutionMetadata) {
			out[i].Phase = string(p.Status.StepExecutionMetadata[i].Status)
		}
	}
	return out
}

// failure returns what Kargo says of how a Promotion ended: what the failing step says, else the
// Promotion itself.
func failure(p *kargoapi.Promotion) string {
	if aborted := kargo.Aborted(p); aborted != "" {
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

// bounded keeps a foreign message from filling the object: etcd takes 1.5 MB of it and no more.
func bounded(s string) string {
	return chatops.Shorten(strings.TrimSpace(s), 2000)
}
