package controller

import (
	"crypto/sha1" //nolint:gosec // names of commits, as Git makes them
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// runSteps runs steps until one has to wait, and returns when to look again; 0 if a step waits for
// something else than time. If none has to, it ends the Promotion.
func (r *promotions) runSteps(promotion *kargo.Promotion, status *kargo.PromotionStatus) time.Duration {
	steps := promotion.Spec.Steps
	stage := types.NamespacedName{Namespace: promotion.Namespace, Name: promotion.Spec.Stage}
	for i := int(status.CurrentStep); i < len(steps); i++ {
		status.CurrentStep = int64(i)
		if len(status.StepExecutionMetadata) <= i {
			status.StepExecutionMetadata = append(status.StepExecutionMetadata, kargo.StepExecutionMetadata{
				Alias: steps[i].GetAlias(i), ContinueOnError: steps[i].ContinueOnError,
			})
		}
		meta := &status.StepExecutionMetadata[i]
		now := metav1.NewTime(r.Clock.Now())
		if meta.StartedAt == nil {
			if skips(steps[i].If, status.StepExecutionMetadata[:i]) {
				meta.Status = kargo.PromotionStepStatusSkipped
				continue
			}
			meta.StartedAt, meta.Status = &now, kargo.PromotionStepStatusRunning
		}
		outcome, message := r.Outcomes.ofStep(stage, i+1)
		if outcome == kargo.PromotionStepStatusRunning {
			return 0
		}
		if left := r.StepDuration - r.steps.since(string(promotion.UID), i, now.Time); left > 0 {
			return left
		}
		finishStep(meta, outcome, message, now)
		addState(status, promotion, i)
	}
	status.CurrentStep = int64(len(steps)) - 1
	status.Phase, status.Message = finalPhase(status.StepExecutionMetadata)
	return 0
}

// skips reports whether a step is passed over after those before it. Without a condition it is if one of
// them failed.
func skips(condition string, before []kargo.StepExecutionMetadata) bool {
	failed := false
	for _, meta := range before {
		failed = failed || (!meta.ContinueOnError && isFailure(meta.Status))
	}
	switch {
	case strings.Contains(condition, "always()"):
		return false
	case strings.Contains(condition, "failure("):
		return !failed
	default:
		return failed
	}
}

func isFailure(status kargo.PromotionStepStatus) bool {
	return status == kargo.PromotionStepStatusFailed || status == kargo.PromotionStepStatusErrored
}

// finishStep ends a step with the message that Kargo makes of what went wrong.
func finishStep(meta *kargo.StepExecutionMetadata, outcome kargo.PromotionStepStatus, message string, now metav1.Time) {
	meta.Status, meta.FinishedAt = outcome, &now
	switch outcome {
	default:
	case kargo.PromotionStepStatusFailed:
		meta.Message = fmt.Sprintf("step %q: %s", meta.Alias, message)
	case kargo.PromotionStepStatusErrored:
		meta.ErrorCount++
		meta.Message = fmt.Sprintf("step %q met error threshold of 1: error running step %q: %s", meta.Alias, meta.Alias, message)
	}
}

// finalPhase returns how a Promotion ends whose steps ended so: as the worst of those that count, with its
// message.
func finalPhase(steps []kargo.StepExecutionMetadata) (kargo.PromotionPhase, string) {
	severity := map[kargo.PromotionStepStatus]int{
		kargo.PromotionStepStatusSkipped: 1, kargo.PromotionStepStatusAborted: 2,
		kargo.PromotionStepStatusFailed: 3, kargo.PromotionStepStatusErrored: 4,
	}
	worst := kargo.StepExecutionMetadata{Status: kargo.PromotionStepStatusSucceeded}
	for _, meta := range steps {
		if !meta.ContinueOnError && severity[meta.Status] > severity[worst.Status] {
			worst = meta
		}
	}
	switch worst.Status {
	case kargo.PromotionStepStatusSucceeded, kargo.PromotionStepStatusSkipped:
		return kargo.PromotionPhaseSucceeded, worst.Message
	default:
		return kargo.PromotionPhase(worst.Status), worst.Message
	}
}

// addState notes what a step leaves behind: commits for those that commit and push, what compose-output is told
// to, and nothing for others.
func addState(status *kargo.PromotionStatus, promotion *kargo.Promotion, i int) {
	state := make(map[string]any)
	if status.State != nil {
		// It was written here. What cannot be read is begun anew.
		_ = json.Unmarshal(status.State.Raw, &state)
	}
	alias, output := promotion.Spec.Steps[i].GetAlias(i), map[string]any(nil)
	sum := sha1.Sum([]byte(promotion.UID)) //nolint:gosec // see the import
	commit := hex.EncodeToString(sum[:])
	switch promotion.Spec.Steps[i].Uses {
	case "git-commit":
		output = map[string]any{"commit": commit}
	case "git-push":
		output = map[string]any{"branch": "main", "commit": commit}
	case "compose-output":
		// It leaves what it is configured with. Expressions are not evaluated here.
		if config := promotion.Spec.Steps[i].Config; config != nil {
			_ = json.Unmarshal(config.Raw, &output)
		}
	}
	state[alias] = output
	if raw, err := json.Marshal(state); err == nil {
		status.State = &apiextensionsv1.JSON{Raw: raw}
	}
}
