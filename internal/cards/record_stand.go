package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// stand is how a Promotion stands, and what became of it.
type stand int

// The stands of a Promotion, in the order in which they are counted for people.
const (
	standLive stand = iota
	standRecovered
	standFailed
	standUnverified
	standDegraded
	standAborted
	standVerifying
	standRunning
	standWaiting
)

func standOf(p *v1alpha1.PromotionRecord) stand {
	last := lastOf(p, v1alpha1.OutcomeDegraded, v1alpha1.OutcomeRecovered).Outcome
	switch p.Status.Phase {
	case v1alpha1.PhasePromoting:
		return standRunning
	case v1alpha1.PhaseErrored:
		return standFailed
	case v1alpha1.PhaseAborted:
		return standAborted
	case v1alpha1.PhaseFailed:
		if lastOf(p, v1alpha1.OutcomeSucceeded, v1alpha1.OutcomeRolledBack).Outcome == "" {
			return standFailed
		}
	case v1alpha1.PhaseVerifying, v1alpha1.PhaseSucceeded:
	default:
		return standWaiting
	}
	switch {
	case last == v1alpha1.OutcomeDegraded:
		return standDegraded
	case p.Status.Phase == v1alpha1.PhaseFailed:
		return standUnverified
	case p.Status.Phase == v1alpha1.PhaseVerifying:
		return standVerifying
	case last == v1alpha1.OutcomeRecovered:
		return standRecovered
	default:
		return standLive
	}
}

// isThere reports whether the Promotion has brought its Freight to where it was to go.
func (s stand) isThere() bool {
	switch s {
	case standLive, standRecovered, standUnverified, standDegraded, standVerifying:
		return true
	default:
		return false
	}
}

// isBad reports whether somebody has to look at it.
func (s stand) isBad() bool {
	return s == standFailed || s == standUnverified || s == standDegraded
}

func (s stand) state() chatops.State {
	switch s {
	case standLive, standRecovered:
		return chatops.StateSucceeded
	case standFailed, standUnverified, standDegraded:
		return chatops.StateFailed
	case standAborted:
		return chatops.StateAborted
	case standVerifying, standRunning:
		return chatops.StateRunning
	default:
		return chatops.StatePending
	}
}

// word says it in a word or two, as in "succeeded".
func (s stand) word(p *v1alpha1.PromotionRecord) string {
	switch s {
	case standFailed:
		return "failed" + atStep(p)
	case standUnverified:
		return "verification failed"
	case standDegraded:
		return "unhealthy"
	case standRecovered:
		return "healthy again"
	case standAborted:
		return "aborted"
	case standVerifying:
		return "verifying"
	case standRunning:
		return "under way"
	case standWaiting:
		return "waiting"
	default:
		if p.Spec.Rollback {
			return "rolled back"
		}
		return "succeeded"
	}
}

// atStep names the step that failed.
func atStep(p *v1alpha1.PromotionRecord) string {
	at := ""
	for _, step := range p.Status.Steps {
		if stepState(step) == chatops.StepFailed {
			at = " at " + step.Name
		}
	}
	return at
}
