package record

import (
	"fmt"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// DegradedAfter is for how long a Stage has to be unhealthy before people are told: a rollout is for a moment.
	DegradedAfter = 30 * time.Second
	// unverifiedFor is how long a verification is waited for that does not begin. It is generous, since some
	// rollouts take long, and there so that nothing is said to be verified for ever.
	unverifiedFor = time.Hour
)

// after tells what became of the Stage after the Promotion succeeded.
func (l *look) after() time.Duration {
	status := &l.record.Status
	if l.stage == nil {
		status.Phase, status.Replaced, status.UnhealthySince = v1alpha1.PhaseSucceeded, true, nil
		return 0
	}
	if status.FinishedAt == nil {
		status.FinishedAt = stamp(l.now)
	}
	// The names of a Stage's Promotions have the time in them: a later one has a greater name.
	last := l.stage.Status.LastPromotion
	if last == nil || last.Name < l.record.Name {
		// Kargo has not taken note of it yet, and the Stage speaks of what ran before.
		return l.verifyingFor(nil)
	}
	if l.isReplaced() {
		status.Replaced = true
	}
	again := l.verification()
	if status.Replaced {
		status.Health, status.UnhealthySince = "", nil
		return 0
	}
	return backoff.Sooner(again, l.health())
}

// isReplaced reports whether a later Promotion has brought something there, which may be the same Freight.
func (l *look) isReplaced() bool {
	last := l.stage.Status.LastPromotion
	if last.Name == l.record.Name {
		return false
	}
	succeeded := last.Status != nil && last.Status.Phase == kargoapi.PromotionPhaseSucceeded
	return succeeded || !l.stage.Status.Current().Includes(l.record.Spec.Freight)
}

// verification tells how the verification of what was promoted stands. Without one of the Stage's own there is
// nothing to tell.
func (l *look) verification() time.Duration {
	status := &l.record.Status
	if !kargo.HasVerification(l.stage) {
		status.Phase = v1alpha1.PhaseSucceeded
		return 0
	}
	ran := l.ran()
	if ran == nil || len(ran.VerificationHistory) == 0 || !ran.VerificationHistory[0].Phase.IsTerminal() {
		return l.verifyingFor(ran)
	}
	newest := ran.VerificationHistory[0]
	status.VerifiedAt = newest.FinishTime
	if status.VerifiedAt == nil {
		status.VerifiedAt = status.FinishedAt
	}
	if newest.Phase == kargoapi.VerificationPhaseSuccessful {
		status.Phase, status.Message = v1alpha1.PhaseSucceeded, ""
		return 0
	}
	status.Phase = v1alpha1.PhaseFailed
	status.Message = chatops.Fit("It was promoted, but "+kargo.Unverified(newest), maxMessage)
	happened(l.record, v1alpha1.OutcomeVerificationFailed, status.VerifiedAt.Time, status.Message)
	return 0
}

// ran returns what the Promotion brought to the Stage, with its verifications; nil if the Stage says no more.
func (l *look) ran() *kargoapi.FreightCollection {
	for i, collection := range l.stage.Status.FreightHistory {
		if collection.Includes(l.record.Spec.Freight) {
			if l.record.Status.Replaced && i == 0 {
				// The same Freight was promoted again: that is the other's verification.
				return nil
			}
			return collection
		}
	}
	return nil
}

// verifyingFor waits for a verification that has not ended. Once something else runs there, or the verification
// has not begun for long, there is nothing to wait for.
func (l *look) verifyingFor(ran *kargoapi.FreightCollection) time.Duration {
	status := &l.record.Status
	if status.Phase != v1alpha1.PhaseVerifying {
		return 0
	}
	if status.Replaced {
		status.Phase = v1alpha1.PhaseSucceeded
		return 0
	}
	if ran != nil && len(ran.VerificationHistory) > 0 {
		// It is under way. How long that takes is up to Kargo.
		return 0
	}
	if left := unverifiedFor - l.now.Sub(status.FinishedAt.Time); left > 0 {
		return left
	}
	status.Phase = v1alpha1.PhaseSucceeded
	status.Message = fmt.Sprintf("Kargo has not verified it within %d minutes.", int(unverifiedFor.Minutes()))
	return 0
}

// health tells how what was promoted is, and since when it has not been well.
func (l *look) health() time.Duration {
	status, health := &l.record.Status, l.stage.Status.Health
	if l.stage.Status.CurrentPromotion != nil || l.stage.Status.LastPromotion.Name != l.record.Name {
		// What is under way, or has failed since, may be what ails it.
		status.UnhealthySince = nil
		return 0
	}
	if health == nil {
		// Kargo forgets the health when a Promotion ends, and looks at it anew right after.
		return 0
	}
	if status.Health == "" || health.Status != kargoapi.HealthStateProgressing {
		// That what was well moves again is no news.
		status.Health = string(health.Status)
	}
	if health.Status != kargoapi.HealthStateUnhealthy {
		status.UnhealthySince = nil
		if health.Status == kargoapi.HealthStateHealthy && isDegraded(l.record) {
			happened(l.record, v1alpha1.OutcomeRecovered, l.now, "")
		}
		return 0
	}
	if status.UnhealthySince == nil {
		status.UnhealthySince = stamp(l.now)
	}
	if isDegraded(l.record) {
		return 0
	}
	if left := DegradedAfter - l.now.Sub(status.UnhealthySince.Time); left > 0 {
		return left
	}
	happened(l.record, v1alpha1.OutcomeDegraded, l.now, issue(health))
	return 0
}

// issue is the first line of what Kargo says is wrong.
func issue(health *kargoapi.Health) string {
	for _, issue := range health.Issues {
		if line, _, _ := strings.Cut(strings.TrimSpace(issue), "\n"); line != "" {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
