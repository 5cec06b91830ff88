package kargo_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func inProduction(stage *kargoapi.Stage) kargo.Target {
	return kargo.Target{Project: namespace, Namespace: namespace, Service: "red", Environment: "production", Stage: stage}
}

func TestPromotable(t *testing.T) {
	if problem := kargo.Promotable(inProduction(newStage("red-production", direct))); problem != nil {
		t.Errorf("an ordinary Stage: %v", problem)
	}

	noTemplate, noSteps, deleted := newStage("red-production", direct), newStage("red-production", direct), newStage("red-production", direct)
	noTemplate.Spec.PromotionTemplate = nil
	noSteps.Spec.PromotionTemplate.Spec.Steps = nil
	deleted.DeletionTimestamp = ago(0)
	const controlFlow = "Nothing can be promoted to red in production.\n" +
		"Stage red-production has no promotion steps: it is a control-flow Stage, which only passes Freight on."
	for _, test := range []struct {
		name  string
		stage *kargoapi.Stage
		code  chatops.ProblemCode
		says  string
	}{
		{"no template", noTemplate, chatops.CodeControlFlowStage, controlFlow},
		{"no steps", noSteps, chatops.CodeControlFlowStage, controlFlow},
		{"being deleted", deleted, chatops.CodeNoStage, "Stage red-production is being deleted."},
	} {
		problem := kargo.Promotable(inProduction(test.stage))
		if problem == nil || problem.Code != test.code || words(problem) != test.says {
			t.Errorf("%s: %v", test.name, problem)
		}
	}
}

func TestUnhealthyOnlyIfKargoSaysSo(t *testing.T) {
	stage := newStage("red-production", direct)
	if problem := kargo.Unhealthy(inProduction(stage)); problem != nil {
		t.Errorf("unknown health: %v", problem)
	}
	for _, state := range []kargoapi.HealthState{
		"", kargoapi.HealthStateHealthy, kargoapi.HealthStateNotApplicable, kargoapi.HealthStateProgressing, kargoapi.HealthStateUnknown,
	} {
		stage.Status.Health = &kargoapi.Health{Status: state, Issues: []string{"x"}}
		if problem := kargo.Unhealthy(inProduction(stage)); problem != nil {
			t.Errorf("%q: %v", state, problem)
		}
	}
}

func TestUnhealthyNamesTheIssuesAndTheWayRound(t *testing.T) {
	stage := newStage("red-production", direct)
	stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{
		"Argo CD Application \"red\" is Degraded", "two\nlines", strings.Repeat("x", 1000), "4", "5",
	}}
	problem := kargo.Unhealthy(inProduction(stage))
	if problem == nil || problem.Code != chatops.CodeStageUnhealthy {
		t.Fatalf("problem: %v", problem)
	}
	want := "red is unhealthy in production.\n" +
		"Kargo says: Argo CD Application \"red\" is Degraded\n" +
		"Kargo says: two\n" +
		"Kargo says: " + strings.Repeat("x", 300) + "…\n" +
		"and 2 more issues\n" +
		"To promote all the same, name the Freight: /promote red production <freight>"
	if got := words(problem); got != want {
		t.Errorf("says:\n%s\nwant:\n%s", got, want)
	}
}
