package shipment

import (
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// prepare gives the status of a new Shipment an entry for each item and Stage.
func prepare(s *v1alpha1.Shipment) {
	for i := len(s.Status.Items); i < len(s.Spec.Items); i++ {
		item := s.Spec.Items[i]
		status := v1alpha1.ItemStatus{Service: item.Service}
		for _, stage := range item.Path {
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
		stage.Phase = v1alpha1.PhaseVerifying
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
// to the n-th step. A step is called by what it does, which people know; its alias, which may be
// "step-3", only tells apart two that do the same.
func steps(p *kargoapi.Promotion) []v1alpha1.StepStatus {
	out := make([]v1alpha1.StepStatus, len(p.Spec.Steps))
	uses := map[string]int{}
	for i := range p.Spec.Steps {
		uses[p.Spec.Steps[i].Uses]++
	}
	for i := range p.Spec.Steps {
		step := &p.Spec.Steps[i]
		out[i].Name = step.Uses
		if uses[step.Uses] > 1 || step.Uses == "" {
			out[i].Name = step.GetAlias(i)
		}
		if i < len(p.Status.StepExecutionMetadata) {
			out[i].Phase = string(p.Status.StepExecutionMetadata[i].Status)
		}
	}
	return out
}

// failure returns what Kargo says of how a Promotion ended: what the failing step says, else the
// Promotion itself.
func failure(p *kargoapi.Promotion) string {
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

// severity orders phases: the higher one is what a Shipment of several items is said to be.
var severity = []v1alpha1.ShipmentPhase{
	v1alpha1.PhaseSucceeded, v1alpha1.PhaseAborted, v1alpha1.PhaseFailed, v1alpha1.PhaseErrored,
	v1alpha1.PhaseVerifying, v1alpha1.PhasePending, v1alpha1.PhasePromoting,
}

// summarize derives the Shipment's own phase, progress and times from its items.
func summarize(s *v1alpha1.Shipment, now time.Time) {
	worst, done, total := 0, 0, 0
	var only *v1alpha1.StageStatus
	s.Status.Message = ""
	for i := range s.Status.Items {
		for j := range s.Status.Items[i].Stages {
			stage := &s.Status.Items[i].Stages[j]
			only = stage
			total++
			if stage.Phase.IsTerminal() {
				done++
			}
			worst = max(worst, rank(stage.Phase))
			if s.Status.Message == "" && stage.Message != "" {
				s.Status.Message, _, _ = strings.Cut(stage.Message, "\n")
			}
			if stage.StartedAt != nil && (s.Status.StartedAt == nil || stage.StartedAt.Before(s.Status.StartedAt)) {
				s.Status.StartedAt = stage.StartedAt
			}
		}
	}
	s.Status.Phase = severity[worst]
	s.Status.Progress = fmt.Sprintf("%d/%d done", done, total)
	if total == 1 {
		s.Status.Progress = ""
		if n := len(only.Steps); n > 0 {
			s.Status.Progress = fmt.Sprintf("%d/%d", only.CurrentStep, n)
		}
	}
	condition := metav1.Condition{Type: v1alpha1.ConditionComplete, Status: metav1.ConditionFalse, Reason: string(s.Status.Phase), LastTransitionTime: metav1.NewTime(now)}
	if s.Status.Phase.IsTerminal() {
		condition.Status = metav1.ConditionTrue
		if s.Status.FinishedAt == nil {
			s.Status.FinishedAt = stamp(now)
		}
	}
	meta.SetStatusCondition(&s.Status.Conditions, condition)
}

func rank(phase v1alpha1.ShipmentPhase) int {
	for i, p := range severity {
		if p == phase {
			return i
		}
	}
	return len(severity) - 1
}

func stamp(t time.Time) *metav1.Time {
	at := metav1.NewTime(t)
	return &at
}
