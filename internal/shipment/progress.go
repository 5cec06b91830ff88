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
	stage.Phase, stage.Steps = kargo.PhaseOf(p), kargo.Steps(p)
	stage.StartedAt = p.Status.StartedAt
	stage.CurrentStep, stage.StepStartedAt = 0, nil
	if n := len(p.Status.StepExecutionMetadata); n > 0 {
		stage.CurrentStep = n
		stage.StepStartedAt = p.Status.StepExecutionMetadata[n-1].StartedAt
	}
	if stage.Phase == v1alpha1.PhaseVerifying {
		stage.PromotedAt = p.Status.FinishedAt
	}
	if stage.Phase.IsTerminal() {
		stage.Message = kargo.Failure(p)
		stage.FinishedAt = p.Status.FinishedAt
	}
}

// bounded keeps a foreign message from filling the object: etcd takes 1.5 MB of it and no more.
func bounded(s string) string {
	return chatops.Shorten(strings.TrimSpace(s), 2000)
}
