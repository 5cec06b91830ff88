package cards

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// stagesOf returns how an item stands in each of its Stages, also before anything was done.
func stagesOf(s *v1alpha1.Shipment, i int) []v1alpha1.StageStatus {
	if i < len(s.Status.Items) && len(s.Status.Items[i].Stages) > 0 {
		return s.Status.Items[i].Stages
	}
	item := s.Spec.Items[i]
	stages := []v1alpha1.StageStatus{{Phase: v1alpha1.PhasePending}}
	if len(item.Path) > 0 {
		stages = stages[:0]
		for _, name := range item.Path {
			stages = append(stages, v1alpha1.StageStatus{Stage: name, Phase: v1alpha1.PhasePending})
		}
	}
	return stages
}

// stageOf returns the Stage by which an item stands or falls: the one where it ended badly, else the
// first that it is not done with, else the last.
func stageOf(s *v1alpha1.Shipment, i int) v1alpha1.StageStatus {
	stages := stagesOf(s, i)
	for _, stage := range stages {
		if !stage.Phase.IsTerminal() || wentBadly(stage.Phase) {
			return stage
		}
	}
	return stages[len(stages)-1]
}

func wentBadly(phase v1alpha1.ShipmentPhase) bool {
	return phase == v1alpha1.PhaseFailed || phase == v1alpha1.PhaseErrored || phase == v1alpha1.PhaseAborted
}

func state(phase v1alpha1.ShipmentPhase) chatops.State {
	switch phase {
	case v1alpha1.PhasePromoting, v1alpha1.PhaseVerifying:
		return chatops.StateRunning
	case v1alpha1.PhaseSucceeded, v1alpha1.PhaseSkipped:
		return chatops.StateSucceeded
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored, v1alpha1.PhaseNotReached:
		return chatops.StateFailed
	case v1alpha1.PhaseAborted:
		return chatops.StateAborted
	default:
		return chatops.StatePending
	}
}

// sign is the character that stands for a phase, always beside a word.
func sign(phase v1alpha1.ShipmentPhase) string {
	switch phase {
	case v1alpha1.PhasePromoting, v1alpha1.PhaseVerifying:
		return chatops.StepRunning.Sign()
	case v1alpha1.PhaseSucceeded:
		return chatops.StepSucceeded.Sign()
	case v1alpha1.PhaseSkipped, v1alpha1.PhaseNotReached:
		return chatops.StepSkipped.Sign()
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
		return chatops.StepFailed.Sign()
	case v1alpha1.PhaseAborted:
		return "■"
	default:
		return "○"
	}
}

// failedAt names the step that failed: the last one, since after one that may fail Kargo goes on.
func failedAt(stage v1alpha1.StageStatus) string {
	for i, step := range slices.Backward(stage.Steps) {
		if stepState(step) == chatops.StepFailed {
			return fmt.Sprintf(" at %s (step %d of %d)", step.Name, i+1, len(stage.Steps))
		}
	}
	return ""
}

// status is how a Stage stands, in a few words.
func status(stage v1alpha1.StageStatus) string {
	switch {
	case stage.Phase == v1alpha1.PhaseSkipped:
		return "has it already"
	case stage.Phase == v1alpha1.PhaseNotReached:
		return "not reached"
	case stage.Phase == v1alpha1.PhaseWaiting && stage.AvailableAt != nil:
		return "soaking until " + stage.AvailableAt.UTC().Format("15:04 UTC on 2 January")
	case stage.Phase == v1alpha1.PhaseWaiting:
		return "waiting for the Stages before"
	case stage.Phase == v1alpha1.PhaseSucceeded && stage.StartedAt == nil:
		return ""
	case stage.Phase == v1alpha1.PhaseSucceeded && stage.Health != "":
		return elapsed(stage.StartedAt, stage.FinishedAt) + " · " + health(stage.Health)
	case stage.Phase.IsTerminal() && stage.StartedAt == nil:
		// It never ran: Kargo refused it, or somebody stopped it in the queue.
		return ""
	case stage.Phase.IsTerminal():
		return elapsed(stage.StartedAt, stage.FinishedAt)
	case stage.Phase == v1alpha1.PhaseVerifying && stage.Promotion == "":
		return "verifying"
	case stage.Phase == v1alpha1.PhaseVerifying:
		return "promoted, verifying"
	case stage.Phase == v1alpha1.PhasePromoting && stage.CurrentStep == 0:
		// Kargo tells how far it is only when a step has to wait.
		return "running"
	case stage.Phase == v1alpha1.PhasePromoting:
		// As of the step's beginning: a message is not sent again only because time passes.
		return fmt.Sprintf("%d of %d · %s", stage.CurrentStep, len(stage.Steps), elapsed(stage.StartedAt, stage.StepStartedAt))
	case stage.Promotion != "":
		return "waiting in the Stage's queue"
	default:
		return "starting"
	}
}

func steps(stage v1alpha1.StageStatus) []chatops.Step {
	if stage.Phase == v1alpha1.PhaseSucceeded {
		return nil
	}
	out := make([]chatops.Step, len(stage.Steps))
	for i, step := range stage.Steps {
		out[i] = chatops.Step{Name: step.Name, State: stepState(step)}
	}
	return out
}

// stepState reads Kargo's word for a step's state.
func stepState(step v1alpha1.StepStatus) chatops.StepState {
	switch step.Phase {
	case "Running":
		return chatops.StepRunning
	case "Succeeded":
		return chatops.StepSucceeded
	case "Failed", "Errored", "Aborted":
		return chatops.StepFailed
	case "Skipped":
		return chatops.StepSkipped
	default:
		return chatops.StepWaiting
	}
}

func health(word string) string {
	switch word {
	case "Healthy":
		return "healthy"
	case "NotApplicable":
		return "no health checks"
	default:
		return "health: " + word
	}
}

// elapsed writes the time between two moments as "0:42", "1:57" or "1:02:03".
func elapsed(from, to *metav1.Time) string {
	var d time.Duration
	if from != nil && to != nil && to.After(from.Time) {
		d = to.Sub(from.Time).Truncate(time.Second)
	}
	hours, minutes, seconds := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	if hours > 0 {
		return fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
	}
	return fmt.Sprintf("%d:%02d", minutes, seconds)
}
