package release

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// summarize derives the Release's phase and message from its Stages.
func (l *look) summarize() {
	s := &l.r.Status
	s.Phase, s.Message = phase(s), ""
	switch s.Phase {
	case v1alpha1.ReleaseFailed:
		for i := range s.Stages {
			if at := &s.Stages[i]; at.Phase == v1alpha1.ReleaseStageFailed {
				s.Message = bounded(failure(at))
				break
			}
		}
	case v1alpha1.ReleaseProgressing:
		s.Message = taken(s.Stages)
		if len(s.Stages) == 0 {
			s.Message = "No Stage takes Freight from the Warehouse that discovered it."
		}
	case v1alpha1.ReleaseOverdue:
		s.Message = bounded(missing(s))
	default:
	}
}

// phase sums up the Stages. What needs somebody to do something comes first.
func phase(s *v1alpha1.ReleaseStatus) v1alpha1.ReleasePhase {
	count := map[v1alpha1.ReleaseStagePhase]int{}
	rolledBack := 0
	for i := range s.Stages {
		count[s.Stages[i].Phase]++
		if s.Stages[i].Phase == v1alpha1.ReleaseStageReplaced && s.Stages[i].Message != "" {
			rolledBack++
		}
	}
	there := count[v1alpha1.ReleaseStageLive] + count[v1alpha1.ReleaseStageReplaced] - rolledBack
	moving := count[v1alpha1.ReleaseStagePromoting] + count[v1alpha1.ReleaseStageVerifying]
	switch {
	case s.Freight == "" && s.SupersededBy == "" && has(s, v1alpha1.OutcomeOverdue, ""):
		return v1alpha1.ReleaseOverdue
	case s.Freight == "" && s.SupersededBy == "":
		return v1alpha1.ReleaseAwaitingImage
	case len(s.Stages) > 0 && there == len(s.Stages):
		return v1alpha1.ReleaseLive
	case s.SupersededBy != "" && moving == 0:
		return v1alpha1.ReleaseSuperseded
	case count[v1alpha1.ReleaseStageFailed] > 0:
		return v1alpha1.ReleaseFailed
	case count[v1alpha1.ReleaseStageWaiting] > 0 && s.SupersededBy == "":
		return v1alpha1.ReleaseWaiting
	default:
		return v1alpha1.ReleaseProgressing
	}
}

// failure says in one line what went wrong in a Stage.
func failure(at *v1alpha1.ReleaseStage) string {
	line, _, _ := strings.Cut(at.Message, "\n")
	switch {
	case at.Step != "" && line != "":
		return fmt.Sprintf("%s, at %s: %s", at.Environment, at.Step, line)
	case at.Step != "":
		return fmt.Sprintf("%s, at %s", at.Environment, at.Step)
	case line != "":
		return at.Environment + ": " + line
	default:
		return at.Environment
	}
}

// taken says where the Release was taken out again; "" if nowhere.
func taken(stages []v1alpha1.ReleaseStage) string {
	for i := range stages {
		if at := &stages[i]; at.Phase == v1alpha1.ReleaseStageReplaced && at.Message != "" {
			return bounded(at.Environment + ": " + at.Message)
		}
	}
	return ""
}

// missing is what was said when the image did not come in time.
func missing(s *v1alpha1.ReleaseStatus) string {
	for _, h := range s.Happenings {
		if h.Outcome == v1alpha1.OutcomeOverdue {
			return h.Message
		}
	}
	return ""
}
