package cards_test

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// batch is a Shipment of four services.
func batch(phase v1alpha1.ShipmentPhase, progress string, phases ...v1alpha1.ShipmentPhase) *v1alpha1.Shipment {
	s := asked()
	s.Spec.Summary = "red 3.1.0 → 3.2.0, blue 3.2.0, green 3.1.0 → 3.2.0, yellow 3.1.0 → 3.2.0 to production"
	s.Spec.Items = append(s.Spec.Items, s.Spec.Items[0], s.Spec.Items[0], s.Spec.Items[0])
	s.Spec.Items[1].Service, s.Spec.Items[1].FromVersion = "blue", ""
	s.Spec.Items[2].Service = "green"
	s.Spec.Items[3].Service = "yellow"
	s.Status.Phase, s.Status.Progress = phase, progress
	for i, phase := range phases {
		stage := v1alpha1.StageStatus{Stage: s.Spec.Items[i].Service + "-production", Phase: phase, StartedAt: at(0)}
		switch phase {
		case v1alpha1.PhaseSucceeded:
			stage.FinishedAt, stage.Health = at(117), "Healthy"
		case v1alpha1.PhaseFailed:
			stage.FinishedAt, stage.Message = at(9), "the build is on fire"
			stage.Steps = []v1alpha1.StepStatus{{Name: "git-clone", Phase: "Succeeded"}, {Name: "build", Phase: "Failed"}}
		default:
			stage.CurrentStep, stage.StepStartedAt, stage.Steps = 2, at(42), make([]v1alpha1.StepStatus, 5)
		}
		s.Status.Items = append(s.Status.Items, v1alpha1.ItemStatus{Service: s.Spec.Items[i].Service, Stages: []v1alpha1.StageStatus{stage}})
	}
	return s
}

// walking is a Shipment on its way through three Stages.
func walking(phase v1alpha1.ShipmentPhase, stages ...v1alpha1.StageStatus) *v1alpha1.Shipment {
	s := asked()
	s.Spec.Items[0].Path = []string{"red-qa", "red-staging", "red-production"}
	s.Status.Phase, s.Status.Progress = phase, "1/3 done"
	for i := range stages {
		stages[i].Stage = s.Spec.Items[0].Path[i]
	}
	s.Status.Items = []v1alpha1.ItemStatus{{Service: "red", Stages: stages}}
	return s
}

// operation is a Shipment that moves nothing.
func operation(action v1alpha1.ShipmentAction, stage v1alpha1.StageStatus) *v1alpha1.Shipment {
	s := asked()
	s.Spec.Action = action
	stage.Stage = "red-production"
	if action == v1alpha1.ActionRefresh {
		s.Spec.Items[0] = v1alpha1.ShipmentItem{Service: "red", Warehouse: "red-releases"}
		stage.Stage = ""
	}
	if action == v1alpha1.ActionAbort {
		s.Spec.Items[0] = v1alpha1.ShipmentItem{Service: "red", Environment: "production", Path: []string{"red-production"}}
	}
	s.Status.Phase = stage.Phase
	s.Status.Items = []v1alpha1.ItemStatus{{Service: "red", Stages: []v1alpha1.StageStatus{stage}}}
	return s
}

func TestEveryActionHasItsWords(t *testing.T) {
	const (
		ok, bad, runs, waits = v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed, v1alpha1.PhasePromoting, v1alpha1.PhasePending
		verifying            = v1alpha1.PhaseVerifying
	)
	done := v1alpha1.StageStatus{Phase: ok, StartedAt: at(0), FinishedAt: at(60), Health: "Healthy"}
	rolledBack := standing(ok, "Succeeded")
	rolledBack.Spec.Action = v1alpha1.ActionRollback
	rolledBack.Spec.Items[0].Version, rolledBack.Spec.Items[0].FromVersion = "3.1.0", "3.2.0"
	rolledBack.Spec.Items[0].Changes = []v1alpha1.ArtifactChange{
		{Artifact: "quay.io/acme/red", From: "3.2.0", To: "3.1.0"}, {Artifact: "https://github.com/acme/red", From: "8d2f6b2"},
	}
	rolledBack = with(rolledBack, func(s *v1alpha1.StageStatus) { s.FinishedAt, s.Health, s.Held = at(60), "Healthy", true })
	warehouses := operation(v1alpha1.ActionRefresh, v1alpha1.StageStatus{Phase: ok, Result: "found 3.3.0 (rafting-starfish)"})
	warehouses.Spec.Items = append(warehouses.Spec.Items, v1alpha1.ShipmentItem{Service: "red", Warehouse: "red-dev"})
	warehouses.Status.Items = append(warehouses.Status.Items, v1alpha1.ItemStatus{Service: "red", Stages: []v1alpha1.StageStatus{
		{Phase: bad, Message: "Unable to discover artifacts: unauthorized"},
	}})
	warehouses.Status.Phase, warehouses.Status.Progress = bad, "2/2 done"
	for name, s := range map[string]*v1alpha1.Shipment{
		"batch-asked":            batch("", ""),
		"batch-running":          batch(runs, "2/4 done", ok, runs, bad),
		"batch-succeeded":        batch(ok, "4/4 done", ok, ok, ok, ok),
		"batch-failed-in-part":   batch(bad, "4/4 done", ok, ok, bad, ok),
		"batch-failed":           batch(bad, "4/4 done", bad, bad, bad, bad),
		"walk-waiting":           walking(waits, done, v1alpha1.StageStatus{Phase: v1alpha1.PhaseWaiting, AvailableAt: at(3600)}, v1alpha1.StageStatus{Phase: waits}),
		"walk-skips":             walking(runs, v1alpha1.StageStatus{Phase: v1alpha1.PhaseSkipped}, v1alpha1.StageStatus{Phase: verifying, StartedAt: at(0), Promotion: "p"}, v1alpha1.StageStatus{Phase: v1alpha1.PhaseWaiting}),
		"walk-failed":            walking(bad, done, v1alpha1.StageStatus{Phase: bad, StartedAt: at(0), FinishedAt: at(9), Message: "the build is on fire"}, v1alpha1.StageStatus{Phase: v1alpha1.PhaseNotReached}),
		"walk-succeeded":         walking(ok, done, done, done),
		"rollback-held":          rolledBack,
		"abort-running":          operation(v1alpha1.ActionAbort, v1alpha1.StageStatus{Phase: waits}),
		"abort-done":             operation(v1alpha1.ActionAbort, v1alpha1.StageStatus{Phase: ok, Result: "2 promotions aborted"}),
		"abort-too-late":         operation(v1alpha1.ActionAbort, v1alpha1.StageStatus{Phase: bad, Message: "The promotion had already ended: Succeeded."}),
		"verify-running":         operation(v1alpha1.ActionVerify, v1alpha1.StageStatus{Phase: verifying}),
		"verify-done":            operation(v1alpha1.ActionVerify, v1alpha1.StageStatus{Phase: ok}),
		"verify-failed":          operation(v1alpha1.ActionVerify, v1alpha1.StageStatus{Phase: bad, Message: "the smoke test found smoke"}),
		"refresh-running":        operation(v1alpha1.ActionRefresh, v1alpha1.StageStatus{Phase: waits}),
		"refresh-found":          operation(v1alpha1.ActionRefresh, v1alpha1.StageStatus{Phase: ok, Result: "found 3.3.0 (rafting-starfish)"}),
		"refresh-failed-in-part": warehouses,
		"approve-done":           operation(v1alpha1.ActionApprove, v1alpha1.StageStatus{Phase: ok}),
		"resume-running":         operation(v1alpha1.ActionResume, v1alpha1.StageStatus{Phase: runs}),
		"resume-done":            operation(v1alpha1.ActionResume, done),
	} {
		golden.Compare(t, "action-"+name+".txt", plain(cards.Shipment(s, links)))
	}
}

func TestPlansOfEveryAction(t *testing.T) {
	none := v1alpha1.StageStatus{}
	left := []cards.Left{{Service: "purple", Problem: &chatops.Problem{
		Title: "You can't promote to production.", Body: []chatops.Text{chatops.Line(chatops.Plain("Needed: "), chatops.Bold("promote"))},
	}}}
	golden.Compare(t, "plan-batch.txt", plain(cards.Plan(batch("", ""), left, true, links)))
	golden.Compare(t, "plan-walk.txt", plain(cards.Plan(walking(""), nil, false, links)))
	golden.Compare(t, "plan-rollback.txt", plain(cards.Plan(operation(v1alpha1.ActionRollback, none), nil, false, links)))
	golden.Compare(t, "plan-abort.txt", plain(cards.Plan(operation(v1alpha1.ActionAbort, none), nil, false, links)))
	golden.Compare(t, "plan-refresh.txt", plain(cards.Plan(operation(v1alpha1.ActionRefresh, none), nil, false, links)))
	golden.Compare(t, "plan-approve.txt", plain(cards.Plan(operation(v1alpha1.ActionApprove, none), nil, false, links)))
	golden.Compare(t, "plan-resume.txt", plain(cards.Plan(operation(v1alpha1.ActionResume, none), nil, false, links)))
	golden.Compare(t, "plan-verify.txt", plain(cards.Plan(operation(v1alpha1.ActionVerify, none), nil, false, links)))
	action := chatops.Action{Label: "Go on with 4 services", Command: "/promote all production --partial", Confirm: cards.Question(batch("", "")), Plan: "1f"}
	golden.Compare(t, "ask.txt", plain(cards.Ask("4 of 5 services can go.", batch("", ""), left, action)))
	golden.Compare(t, "accepted-in-part.txt", plain(cards.Accepted(batch("", ""), left)))
}

func TestAQuestionFitsIntoADialog(t *testing.T) {
	s := batch("", "")
	for len(s.Spec.Items) < 100 {
		s.Spec.Items = append(s.Spec.Items, s.Spec.Items...)
	}
	if question := cards.Question(s); len([]rune(question)) > 300 {
		t.Errorf("%d characters: %s", len([]rune(question)), question)
	}
}
