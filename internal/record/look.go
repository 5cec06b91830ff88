package record

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// look is one look at what became of a Promotion.
type look struct {
	record *v1alpha1.PromotionRecord
	// promotion and stage are nil if they are gone.
	promotion *kargoapi.Promotion
	stage     *kargoapi.Stage
	now       time.Time
}

// look brings the record's status up to date, and returns when to look again should nothing change, 0 for never.
func (l *look) look() time.Duration {
	// What is over stays over, whatever a cache says that is behind.
	if l.promotion != nil && (!hasEnded(l.record) || l.promotion.Status.Phase.IsTerminal()) {
		l.progress()
	}
	if !hasSucceeded(l.record) || l.record.Status.Replaced {
		return 0
	}
	return l.after()
}

// progress copies how far the Promotion is.
func (l *look) progress() {
	p, status := l.promotion, &l.record.Status
	if len(p.Spec.Steps) > 0 {
		// A Stage remembers none.
		status.Steps = kargo.Steps(p)
	}
	status.CurrentStep = max(len(p.Status.StepExecutionMetadata), status.CurrentStep)
	if p.Status.StartedAt != nil {
		status.StartedAt = p.Status.StartedAt
	}
	phase := kargo.PhaseOf(p)
	if status.StartedAt != nil {
		happened(l.record, v1alpha1.OutcomeStarted, status.StartedAt.Time, "")
	}
	if phase == v1alpha1.PhaseVerifying {
		l.succeeded()
		return
	}
	status.Phase = phase
	if !phase.IsTerminal() {
		return
	}
	status.Message = kargo.Failure(p)
	status.FinishedAt = l.end()
	outcome := v1alpha1.OutcomeFailed
	if phase == v1alpha1.PhaseAborted {
		outcome = v1alpha1.OutcomeAborted
	}
	l.ended(outcome, status.Message)
}

// succeeded notes that the Promotion has brought its Freight to where it was to go.
func (l *look) succeeded() {
	status := &l.record.Status
	status.FinishedAt = l.end()
	outcome := v1alpha1.OutcomeSucceeded
	if l.record.Spec.Rollback {
		outcome = v1alpha1.OutcomeRolledBack
	}
	l.ended(outcome, "")
	if status.Phase.IsTerminal() {
		// What came after is for the Stage to say.
		return
	}
	status.Phase = v1alpha1.PhaseSucceeded
	if l.stage != nil && kargo.HasVerification(l.stage) {
		status.Phase = v1alpha1.PhaseVerifying
	}
}

// ended notes how the Promotion ended, once.
func (l *look) ended(outcome v1alpha1.Outcome, message string) {
	if !hasEnded(l.record) {
		happened(l.record, outcome, l.record.Status.FinishedAt.Time, message)
	}
}

// end is when the Promotion ended, as far as Kargo says.
func (l *look) end() *metav1.Time {
	switch {
	case l.promotion.Status.FinishedAt != nil:
		return l.promotion.Status.FinishedAt
	case l.record.Status.FinishedAt != nil:
		return l.record.Status.FinishedAt
	case l.promotion.Status.StartedAt != nil:
		return l.promotion.Status.StartedAt
	case !l.promotion.CreationTimestamp.IsZero():
		return &l.promotion.CreationTimestamp
	default:
		return stamp(l.now)
	}
}
