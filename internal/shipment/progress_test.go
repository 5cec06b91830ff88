package shipment

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var noon = time.Date(2026, time.May, 4, 12, 0, 0, 0, time.UTC)

// at returns the moment so many seconds after noon.
func at(seconds int) *metav1.Time {
	t := metav1.NewTime(noon.Add(time.Duration(seconds) * time.Second))
	return &t
}

// promoted is a Promotion of three steps of which these were begun.
func promoted(phase kargoapi.PromotionPhase, message string, begun ...kargoapi.StepExecutionMetadata) *kargoapi.Promotion {
	p := &kargoapi.Promotion{
		Spec: kargoapi.PromotionSpec{Stage: "red-production", Freight: "e72fb09c", Steps: []kargoapi.PromotionStep{
			{Uses: "git-clone", As: "step-1"}, {Uses: "git-push", As: "push"}, {Uses: "argocd-update", As: "step-3"},
		}},
		Status: kargoapi.PromotionStatus{Phase: phase, Message: message, StartedAt: at(0), StepExecutionMetadata: begun},
	}
	if phase.IsTerminal() {
		p.Status.FinishedAt = at(60)
	}
	return p
}

func step(status kargoapi.PromotionStepStatus, startedAt int, message string) kargoapi.StepExecutionMetadata {
	return kargoapi.StepExecutionMetadata{Status: status, StartedAt: at(startedAt), Message: message}
}

func TestObserve(t *testing.T) {
	const (
		ok, bad, broken = kargoapi.PromotionStepStatusSucceeded, kargoapi.PromotionStepStatusFailed, kargoapi.PromotionStepStatusErrored
		running         = kargoapi.PromotionStepStatusRunning
	)
	tolerated := step(bad, 5, "not that bad")
	tolerated.ContinueOnError = true
	queued := promoted(kargoapi.PromotionPhasePending, "")
	queued.Status.StartedAt = nil
	unseen := promoted("", "")
	unseen.Status.StartedAt, unseen.Spec.Steps = nil, nil
	abortedInQueue := promoted(kargoapi.PromotionPhaseAborted, "Promotion terminated by kubernetes:admin")
	abortedInQueue.Status.StartedAt = nil
	names := func(phases ...string) []v1alpha1.StepStatus {
		steps := []v1alpha1.StepStatus{{Name: "git-clone"}, {Name: "git-push"}, {Name: "argocd-update"}}
		for i, phase := range phases {
			steps[i].Phase = phase
		}
		return steps
	}
	for _, test := range []struct {
		name      string
		promotion *kargoapi.Promotion
		want      v1alpha1.StageStatus
	}{
		{"not looked at by Kargo", unseen, v1alpha1.StageStatus{Phase: v1alpha1.PhasePending}},
		{"in the queue", queued, v1alpha1.StageStatus{Phase: v1alpha1.PhasePending, Steps: names()}},
		{"runs, and Kargo says no more", promoted(kargoapi.PromotionPhaseRunning, ""),
			v1alpha1.StageStatus{Phase: v1alpha1.PhasePromoting, Steps: names(), StartedAt: at(0)}},
		{"waits at a step", promoted(kargoapi.PromotionPhaseRunning, "", step(ok, 0, ""), step(running, 7, "")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhasePromoting, Steps: names("Succeeded", "Running"), StartedAt: at(0), CurrentStep: 2, StepStartedAt: at(7)}},
		{"succeeded", promoted(kargoapi.PromotionPhaseSucceeded, "", step(ok, 0, ""), step(kargoapi.PromotionStepStatusSkipped, 7, ""), step(ok, 9, "")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseVerifying, Steps: names("Succeeded", "Skipped", "Succeeded"), StartedAt: at(0), CurrentStep: 3, StepStartedAt: at(9),
				PromotedAt: at(60)}},
		{"failed", promoted(kargoapi.PromotionPhaseFailed, `step "push": failed: no`, step(ok, 0, ""), step(bad, 7, "no")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseFailed, Steps: names("Succeeded", "Failed"), StartedAt: at(0), CurrentStep: 2, StepStartedAt: at(7),
				Message: "no", FinishedAt: at(60)}},
		{"errored", promoted(kargoapi.PromotionPhaseErrored, `step "push" met error threshold of 1: no`, step(ok, 0, ""), step(broken, 7, "no")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseErrored, Steps: names("Succeeded", "Errored"), StartedAt: at(0), CurrentStep: 2, StepStartedAt: at(7),
				Message: "no", FinishedAt: at(60)}},
		{"errored before any step", promoted(kargoapi.PromotionPhaseErrored, "  could not prepare\n"),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseErrored, Steps: names(), StartedAt: at(0), Message: "could not prepare", FinishedAt: at(60)}},
		{"failed after a failure that does not matter", promoted(kargoapi.PromotionPhaseFailed, "no", step(ok, 0, ""), tolerated, step(bad, 9, "that bad")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseFailed, Steps: names("Succeeded", "Failed", "Failed"), StartedAt: at(0), CurrentStep: 3, StepStartedAt: at(9),
				Message: "that bad", FinishedAt: at(60)}},
		{"aborted", promoted(kargoapi.PromotionPhaseAborted, "Promotion terminated by kubernetes:admin", step(ok, 0, ""), step(kargoapi.PromotionStepStatusAborted, 7, "")),
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseAborted, Steps: names("Succeeded", "Aborted"), StartedAt: at(0), CurrentStep: 2, StepStartedAt: at(7),
				Message: "Promotion terminated by kubernetes:admin", FinishedAt: at(60)}},
		{"aborted in the queue", abortedInQueue,
			v1alpha1.StageStatus{Phase: v1alpha1.PhaseAborted, Steps: names(), Message: "Promotion terminated by kubernetes:admin", FinishedAt: at(60)}},
		{"a phase of a later Kargo", promoted("Paused", ""), v1alpha1.StageStatus{Phase: v1alpha1.PhasePending, Steps: names(), StartedAt: at(0)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got v1alpha1.StageStatus
			observe(&got, test.promotion)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			again := *got.DeepCopy()
			if observe(&again, test.promotion); !cmp.Equal(got, again) {
				t.Error("looking again changes it")
			}
		})
	}
}

func TestStepsAreCalledByWhatTheyDo(t *testing.T) {
	p := &kargoapi.Promotion{Spec: kargoapi.PromotionSpec{Steps: []kargoapi.PromotionStep{
		{Uses: "git-clone", As: "step-1"}, {Uses: "copy", As: "copy-base"}, {Uses: "copy", As: "copy-overlay"}, {Uses: "git-push", As: "push"},
		{Task: &kargoapi.PromotionTaskReference{Name: "deploy"}}, {Uses: "copy"},
	}}}
	var names []string
	for _, s := range kargo.Steps(p) {
		names = append(names, s.Name)
	}
	if diff := cmp.Diff([]string{"git-clone", "copy-base", "copy-overlay", "git-push", "task-5", "step-6"}, names); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestMessagesOfKargoAreBounded(t *testing.T) {
	var got v1alpha1.StageStatus
	observe(&got, promoted(kargoapi.PromotionPhaseErrored, strings.Repeat("é", 1<<20)))
	if n := len([]rune(got.Message)); n > 2001 {
		t.Errorf("%d characters", n)
	}
}
