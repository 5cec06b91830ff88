package kargo

import (
	"cmp"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// maxMessage bounds what is repeated of Kargo's messages, in characters.
const maxMessage = 2000

func bounded(s string) string { return chatops.Shorten(strings.TrimSpace(s), maxMessage) }

// PromotionStatus tells how a Promotion stands; the Freight is left to the caller.
func PromotionStatus(p *kargoapi.Promotion) answers.PromotionStatus {
	out := answers.PromotionStatus{
		Name: p.Name, Phase: string(cmp.Or(p.Status.Phase, kargoapi.PromotionPhasePending)),
		Steps: len(p.Spec.Steps), Message: bounded(p.Status.Message),
		CreatedAt: p.CreationTimestamp.UTC(), StartedAt: instant(p.Status.StartedAt), FinishedAt: instant(p.Status.FinishedAt),
	}
	i := stepAt(&p.Status)
	if i < 0 {
		return out
	}
	step := p.Status.StepExecutionMetadata[i]
	out.Step, out.StepName, out.StepStartedAt = i+1, StepName(p, i), instant(step.StartedAt)
	if step.Message != "" {
		out.Message = bounded(step.Message)
	}
	return out
}

// stepAt returns the step that a Promotion is at, or that it failed at, counted from 0, or -1 if Kargo
// does not say or there is nothing to say. The n-th entry of the metadata belongs to the n-th step.
func stepAt(status *kargoapi.PromotionStatus) int {
	steps := status.StepExecutionMetadata
	switch status.Phase {
	case kargoapi.PromotionPhaseSucceeded:
		return -1
	case kargoapi.PromotionPhaseFailed, kargoapi.PromotionPhaseErrored, kargoapi.PromotionPhaseAborted:
		for i, step := range slices.Backward(steps) {
			bad := step.Status == kargoapi.PromotionStepStatusFailed || step.Status == kargoapi.PromotionStepStatusErrored ||
				step.Status == kargoapi.PromotionStepStatusAborted
			if bad && !step.ContinueOnError {
				return i
			}
		}
		return -1
	default:
		return len(steps) - 1
	}
}

// StepName is what a step of a Promotion is called: what it does, which people know. Its alias, which may be
// "step-3", only tells apart those that do the same. It counts from 0.
func StepName(p *kargoapi.Promotion, i int) string {
	if i >= len(p.Spec.Steps) {
		return p.Status.StepExecutionMetadata[i].Alias
	}
	step := &p.Spec.Steps[i]
	for j := range p.Spec.Steps {
		if j != i && p.Spec.Steps[j].Uses == step.Uses {
			return step.GetAlias(i)
		}
	}
	return cmp.Or(step.Uses, step.GetAlias(i))
}

// remembered tells how a Promotion ended, from what the Stage keeps of it.
func remembered(ref *kargoapi.PromotionReference) answers.PromotionStatus {
	p := &kargoapi.Promotion{}
	p.Name = ref.Name
	if ref.Status != nil {
		p.Status = *ref.Status
	}
	out := PromotionStatus(p)
	if out.FinishedAt.IsZero() {
		out.FinishedAt = instant(ref.FinishedAt)
	}
	return out
}

// instant returns the time, in UTC, or none.
func instant(t *metav1.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
