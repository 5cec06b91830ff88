package shipment

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// items is a Shipment whose items are in these phases.
func items(phases ...v1alpha1.ShipmentPhase) *v1alpha1.Shipment {
	s := &v1alpha1.Shipment{}
	for _, phase := range phases {
		s.Spec.Items = append(s.Spec.Items, v1alpha1.ShipmentItem{Service: "red", Path: []string{"red-production"}})
		s.Status.Items = append(s.Status.Items, v1alpha1.ItemStatus{Service: "red", Stages: []v1alpha1.StageStatus{{Stage: "red-production", Phase: phase}}})
	}
	return s
}

func TestSummarizePhase(t *testing.T) {
	const (
		pending, promoting, verifying = v1alpha1.PhasePending, v1alpha1.PhasePromoting, v1alpha1.PhaseVerifying
		succeeded, failed             = v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed
		errored, aborted              = v1alpha1.PhaseErrored, v1alpha1.PhaseAborted
	)
	type phases = []v1alpha1.ShipmentPhase
	for _, test := range []struct {
		items phases
		want  v1alpha1.ShipmentPhase
	}{
		{phases{pending}, pending},
		{phases{promoting}, promoting},
		{phases{verifying}, verifying},
		{phases{succeeded}, succeeded},
		{phases{failed}, failed},
		{phases{errored}, errored},
		{phases{aborted}, aborted},
		{phases{"of a later bot"}, promoting},

		{phases{succeeded, succeeded}, succeeded},
		{phases{succeeded, aborted}, aborted},
		{phases{aborted, failed}, failed},
		{phases{failed, errored, succeeded}, errored},
		{phases{failed, verifying}, verifying},
		{phases{errored, pending}, pending},
		{phases{pending, promoting, verifying}, promoting},
	} {
		s := items(test.items...)
		summarize(s, noon)
		if s.Status.Phase != test.want {
			t.Errorf("%v: %s, want %s", test.items, s.Status.Phase, test.want)
		}
		over := test.want.IsTerminal()
		if got := meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionComplete); got != over {
			t.Errorf("%v: complete: %v", test.items, got)
		}
		if got := s.Status.FinishedAt != nil; got != over {
			t.Errorf("%v: finished at %v", test.items, s.Status.FinishedAt)
		}
	}
}

func TestSummarizeProgress(t *testing.T) {
	one := items(v1alpha1.PhasePromoting)
	summarize(one, noon)
	if one.Status.Progress != "" {
		t.Errorf("before Kargo says anything: %q", one.Status.Progress)
	}
	one.Status.Items[0].Stages[0].CurrentStep, one.Status.Items[0].Stages[0].Steps = 3, make([]v1alpha1.StepStatus, 5)
	summarize(one, noon)
	if one.Status.Progress != "3/5" {
		t.Errorf("one service: %q", one.Status.Progress)
	}
	several := items(v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed, v1alpha1.PhasePromoting, v1alpha1.PhasePending)
	summarize(several, noon)
	if several.Status.Progress != "1/4 done, 1 failed" {
		t.Errorf("several services: %q", several.Status.Progress)
	}
}

func TestSummarizeTimesAndMessage(t *testing.T) {
	s := items(v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed, v1alpha1.PhaseErrored)
	s.Status.Items[1].Stages[0].StartedAt, s.Status.Items[1].Stages[0].Message = at(10), "first\nand more"
	s.Status.Items[2].Stages[0].StartedAt, s.Status.Items[2].Stages[0].Message = at(5), "second"
	s.Status.Message = "of before"
	summarize(s, noon)
	if diff := cmp.Diff(at(5), s.Status.StartedAt); diff != "" {
		t.Errorf("started at: %s", diff)
	}
	if s.Status.Message != "first" {
		t.Errorf("message %q", s.Status.Message)
	}
}

func TestSummarizeAgainChangesNothing(t *testing.T) {
	s := items(v1alpha1.PhaseSucceeded, v1alpha1.PhaseFailed)
	summarize(s, noon)
	want := s.DeepCopy()
	summarize(s, at(60).Time)
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestCompleteTellsSinceWhen(t *testing.T) {
	s := items(v1alpha1.PhasePromoting)
	summarize(s, noon)
	s.Status.Items[0].Stages[0].Phase = v1alpha1.PhaseAborted
	summarize(s, at(60).Time)
	want := []metav1.Condition{{Type: "Complete", Status: metav1.ConditionTrue, Reason: "Aborted", LastTransitionTime: *at(60)}}
	if diff := cmp.Diff(want, s.Status.Conditions); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPrepareGivesEveryItemAStatusOnce(t *testing.T) {
	s := &v1alpha1.Shipment{Spec: v1alpha1.ShipmentSpec{Items: []v1alpha1.ShipmentItem{
		{Service: "red", Path: []string{"red-production"}}, {Service: "blue", Path: []string{"blue-production"}},
	}}}
	prepare(s)
	s.Status.Items[0].Stages[0].Phase = v1alpha1.PhasePromoting
	prepare(s)
	want := []v1alpha1.ItemStatus{
		{Service: "red", Stages: []v1alpha1.StageStatus{{Stage: "red-production", Phase: v1alpha1.PhasePromoting}}},
		{Service: "blue", Stages: []v1alpha1.StageStatus{{Stage: "blue-production", Phase: v1alpha1.PhasePending}}},
	}
	if diff := cmp.Diff(want, s.Status.Items); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
