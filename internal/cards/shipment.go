package cards

import (
	"fmt"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Shipment says how far a Shipment is, or how it ended.
func Shipment(s *v1alpha1.Shipment, links Links) chatops.Card {
	if len(s.Spec.Items) != 1 {
		return several(s)
	}
	item := s.Spec.Items[0]
	stage := stageOf(s, 0)
	card := chatops.Card{
		Title:  title(s, item, stage),
		State:  state(stage.Phase),
		Status: status(stage),
		Facts:  facts(s, item),
		Steps:  steps(stage),
		Links:  links.stage(s.Namespace, item.Path[0]),
	}
	if stage.Promotion != "" {
		card.Links = links.promotion(s.Namespace, stage.Promotion)
	}
	if stage.Message != "" && stage.Phase != v1alpha1.PhaseSucceeded {
		card.Body = append(card.Body, chatops.Line(chatops.Plain(stage.Message)))
		if fix := hint(s.Namespace, stage.Stage, stage.Message); fix != nil {
			card.Body = append(card.Body, fix)
		}
	}
	if s.Spec.Reason != "" {
		card.Body = append(card.Body, chatops.Line(chatops.Plain("Reason: "+s.Spec.Reason)))
	}
	return card
}

// Result is the card for the person who asked, at the end: how it ended and no more.
func Result(s *v1alpha1.Shipment, links Links) chatops.Card {
	full := Shipment(s, links)
	return chatops.Card{Title: full.Title, State: full.State, Status: full.Status, Body: full.Body}
}

// Plan says what a Shipment would do that is not made.
func Plan(s *v1alpha1.Shipment, links Links) chatops.Card {
	item := s.Spec.Items[0]
	return chatops.Card{
		Title: fmt.Sprintf("Dry run: %s would go to %s", called(item), item.Environment),
		State: chatops.StateInfo,
		Facts: facts(s, item),
		Body:  []chatops.Text{chatops.Line(chatops.Plain("You may do this. Nothing was done."))},
		Links: links.stage(s.Namespace, item.Path[0]),
	}
}

// stageOf returns the progress of an item in the Stage it is at.
func stageOf(s *v1alpha1.Shipment, item int) v1alpha1.StageStatus {
	if item < len(s.Status.Items) && len(s.Status.Items[item].Stages) > 0 {
		return s.Status.Items[item].Stages[0]
	}
	return v1alpha1.StageStatus{Stage: s.Spec.Items[item].Path[0], Phase: v1alpha1.PhasePending}
}

func state(phase v1alpha1.ShipmentPhase) chatops.State {
	switch phase {
	case v1alpha1.PhasePromoting, v1alpha1.PhaseVerifying:
		return chatops.StateRunning
	case v1alpha1.PhaseSucceeded:
		return chatops.StateSucceeded
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
		return chatops.StateFailed
	case v1alpha1.PhaseAborted:
		return chatops.StateAborted
	default:
		return chatops.StatePending
	}
}

func called(item v1alpha1.ShipmentItem) string {
	if item.Version == "" {
		return item.Service
	}
	return item.Service + " " + item.Version
}

func title(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem, stage v1alpha1.StageStatus) string {
	noun, verb := "Promotion", "Promote"
	if s.Spec.Action == v1alpha1.ActionRollback {
		noun, verb = "Rollback", "Roll back"
	}
	subject := fmt.Sprintf("%s of %s to %s", noun, item.Service, item.Environment)
	switch stage.Phase {
	case v1alpha1.PhaseSucceeded:
		return fmt.Sprintf("%s is live in %s", called(item), item.Environment)
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
		return subject + " failed" + failedAt(stage)
	case v1alpha1.PhaseAborted:
		return subject + " was aborted"
	default:
		return fmt.Sprintf("%s %s to %s", verb, item.Service, item.Environment)
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

// status is what stands beside the title.
func status(stage v1alpha1.StageStatus) string {
	switch {
	case stage.Phase == v1alpha1.PhaseSucceeded && stage.Health != "":
		return elapsed(stage.StartedAt, stage.FinishedAt) + " · " + health(stage.Health)
	case stage.Phase.IsTerminal() && stage.StartedAt == nil:
		// It never ran: Kargo refused it, or somebody stopped it in the queue.
		return ""
	case stage.Phase.IsTerminal():
		return elapsed(stage.StartedAt, stage.FinishedAt)
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

func facts(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem) []chatops.Text {
	var change chatops.Text
	if item.FromVersion != "" {
		change = chatops.Line(chatops.Plain(item.FromVersion+" → "), chatops.Bold(item.Version))
	} else {
		change = chatops.Line(chatops.Bold(item.Version), chatops.Plain(" (the first here)"))
	}
	out := []chatops.Text{change}
	if item.Alias != "" {
		out = append(out, chatops.Line(chatops.Plain("Freight "), chatops.Code(item.Alias)))
	}
	return append(out, askedBy(s))
}

// askedBy names the requester without calling them: who has just asked need not be told so.
func askedBy(s *v1alpha1.Shipment) chatops.Text {
	name := s.Spec.RequestedBy.Name
	if name == "" {
		name = s.Spec.RequestedBy.Username
	}
	return chatops.Line(chatops.Plain("asked by " + name))
}

// Requester returns the person who made the request, as their surface knows them.
func Requester(s *v1alpha1.Shipment) chatops.Actor {
	by := s.Spec.RequestedBy
	return chatops.Actor{Source: chatops.Source(by.Source), ID: by.ID, Name: by.Name}
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
