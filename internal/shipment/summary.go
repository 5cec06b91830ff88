package shipment

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// severity orders phases: the higher one is what a Shipment of several items is said to be.
var severity = []v1alpha1.ShipmentPhase{
	v1alpha1.PhaseSucceeded, v1alpha1.PhaseAborted, v1alpha1.PhaseFailed, v1alpha1.PhaseErrored,
	v1alpha1.PhaseVerifying, v1alpha1.PhasePending, v1alpha1.PhasePromoting,
}

// summarize derives the Shipment's own phase, progress and times from its items.
func summarize(s *v1alpha1.Shipment, now time.Time) {
	worst := 0
	s.Status.Message = ""
	for i := range s.Status.Items {
		stages := s.Status.Items[i].Stages
		worst = max(worst, rank(phaseOf(stages)))
		if s.Status.Message == "" {
			s.Status.Message = trouble(stages)
		}
		for j := range stages {
			if at := stages[j].StartedAt; at != nil && (s.Status.StartedAt == nil || at.Before(s.Status.StartedAt)) {
				s.Status.StartedAt = at
			}
		}
	}
	s.Status.Phase = severity[worst]
	s.Status.Progress = progress(s.Status.Items)
	condition := metav1.Condition{Type: v1alpha1.ConditionComplete, Status: metav1.ConditionFalse, Reason: string(s.Status.Phase), LastTransitionTime: metav1.NewTime(now)}
	if s.Status.Phase.IsTerminal() {
		condition.Status = metav1.ConditionTrue
		if s.Status.FinishedAt == nil {
			s.Status.FinishedAt = stamp(now)
		}
	}
	meta.SetStatusCondition(&s.Status.Conditions, condition)
}

// phaseOf sums up the Stages of one item: where it is now, or how it ended. Between two Stages it is on
// its way.
func phaseOf(stages []v1alpha1.StageStatus) v1alpha1.ShipmentPhase {
	worst := 0
	for j := range stages {
		switch phase := stages[j].Phase; {
		case phase == v1alpha1.PhaseWaiting, phase == v1alpha1.PhasePending && j > 0:
			return v1alpha1.PhasePromoting
		case !phase.IsTerminal():
			return phase
		case phase != v1alpha1.PhaseSkipped && phase != v1alpha1.PhaseNotReached:
			worst = max(worst, rank(phase))
		}
	}
	return severity[worst]
}

// trouble says in one line what went wrong with an item, and where if it goes through several Stages.
func trouble(stages []v1alpha1.StageStatus) string {
	for j := range stages {
		stage := &stages[j]
		if stage.Message == "" || !isBad(stage.Phase) {
			continue
		}
		line, _, _ := strings.Cut(stage.Message, "\n")
		if len(stages) > 1 {
			line = fmt.Sprintf("stopped at %s: %s", stage.Stage, line)
		}
		return line
	}
	return ""
}

// isBad reports whether the phase is the end of an item that is not where it should be.
func isBad(phase v1alpha1.ShipmentPhase) bool {
	return phase == v1alpha1.PhaseFailed || phase == v1alpha1.PhaseErrored || phase == v1alpha1.PhaseAborted
}

// progress is how far it is: the step of the one Stage there is, or how many Stages are done.
func progress(items []v1alpha1.ItemStatus) string {
	done, failed, aborted, total := 0, 0, 0, 0
	var only *v1alpha1.StageStatus
	for i := range items {
		for j := range items[i].Stages {
			only = &items[i].Stages[j]
			total++
			switch only.Phase {
			case v1alpha1.PhaseSucceeded, v1alpha1.PhaseSkipped:
				done++
			case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
				failed++
			case v1alpha1.PhaseAborted:
				aborted++
			default:
				// It is under way, or was not reached.
			}
		}
	}
	switch {
	case total != 1:
		line := fmt.Sprintf("%d/%d done", done, total)
		if failed > 0 {
			line += fmt.Sprintf(", %d failed", failed)
		}
		if aborted > 0 {
			line += fmt.Sprintf(", %d aborted", aborted)
		}
		return line
	case len(only.Steps) == 0:
		return ""
	default:
		return fmt.Sprintf("%d/%d", only.CurrentStep, len(only.Steps))
	}
}

func rank(phase v1alpha1.ShipmentPhase) int {
	if i := slices.Index(severity, phase); i >= 0 {
		return i
	}
	return len(severity) - 1
}

func stamp(t time.Time) *metav1.Time {
	at := metav1.NewTime(t)
	return &at
}
