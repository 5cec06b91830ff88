package record

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// mostTimes is how often a record tells that something became unhealthy, or well again.
	mostTimes = 3
	// maxMessage bounds what is kept of Kargo's messages, in characters.
	maxMessage = 2000
)

// happened adds what happened to a record. Each outcome comes once, but for those that alternate.
func happened(r *v1alpha1.PromotionRecord, outcome v1alpha1.Outcome, at time.Time, message string) {
	most := 1
	if outcome == v1alpha1.OutcomeDegraded || outcome == v1alpha1.OutcomeRecovered {
		most = mostTimes
	}
	if times(r, outcome) >= most {
		return
	}
	r.Status.Happenings = append(r.Status.Happenings, v1alpha1.Happening{
		Outcome: outcome, Message: chatops.Fit(message, maxMessage), At: *stamp(at),
	})
}

// times is how often something happened.
func times(r *v1alpha1.PromotionRecord, outcome v1alpha1.Outcome) int {
	n := 0
	for _, h := range r.Status.Happenings {
		if h.Outcome == outcome {
			n++
		}
	}
	return n
}

// hasEnded reports whether it is written down how the Promotion ended.
func hasEnded(r *v1alpha1.PromotionRecord) bool { return hasSucceeded(r) || hasStopped(r) }

// hasSucceeded reports whether the Promotion has brought its Freight to where it was to go.
func hasSucceeded(r *v1alpha1.PromotionRecord) bool {
	return slices.ContainsFunc(r.Status.Happenings, func(h v1alpha1.Happening) bool {
		return h.Outcome == v1alpha1.OutcomeSucceeded || h.Outcome == v1alpha1.OutcomeRolledBack
	})
}

// hasStopped reports whether the Promotion ended otherwise.
func hasStopped(r *v1alpha1.PromotionRecord) bool {
	return slices.ContainsFunc(r.Status.Happenings, func(h v1alpha1.Happening) bool {
		return h.Outcome == v1alpha1.OutcomeFailed || h.Outcome == v1alpha1.OutcomeAborted
	})
}

// isSettled reports whether nothing that happens in the Stage is of concern any more.
func isSettled(r *v1alpha1.PromotionRecord) bool { return r.Status.Replaced || hasStopped(r) }

// isDegraded reports whether it was last told that what was promoted is not well.
func isDegraded(r *v1alpha1.PromotionRecord) bool {
	return times(r, v1alpha1.OutcomeDegraded) > times(r, v1alpha1.OutcomeRecovered)
}

// stamp is a moment as the API server keeps it, in whole seconds.
func stamp(t time.Time) *metav1.Time {
	at := metav1.NewTime(t).Rfc3339Copy()
	return &at
}
