package release

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// maxHappenings is how many happenings a Release has room for.
const maxHappenings = 100

// has reports whether something has happened to a Release.
func has(s *v1alpha1.ReleaseStatus, outcome v1alpha1.Outcome, environment string) bool {
	for _, h := range s.Happenings {
		if h.Outcome == outcome && h.Environment == environment {
			return true
		}
	}
	return false
}

// happen notes that something happened, once for each environment.
func happen(s *v1alpha1.ReleaseStatus, h v1alpha1.Happening) {
	if !has(s, h.Outcome, h.Environment) && len(s.Happenings) < maxHappenings {
		s.Happenings = append(s.Happenings, h)
	}
}

// happenings notes what people may want to be told: that it was released, and where it waits for a person.
func (l *look) happenings() {
	s := &l.r.Status
	happen(s, v1alpha1.Happening{Outcome: v1alpha1.OutcomeReleased, At: l.r.CreationTimestamp})
	if s.SupersededBy != "" {
		return
	}
	for i := range s.Stages {
		if at := &s.Stages[i]; at.Phase == v1alpha1.ReleaseStageWaiting {
			happen(s, v1alpha1.Happening{
				Outcome: v1alpha1.OutcomeWaiting, Environment: at.Environment, At: metav1.NewTime(l.now.Truncate(time.Second)),
			})
		}
	}
}
