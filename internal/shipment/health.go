package shipment

import (
	"fmt"
	"strings"
	"time"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const (
	// unhealthyFor is how long a Stage may be unhealthy after the Freight came there, before the Freight
	// goes no further: a rollout takes a while.
	unhealthyFor = 5 * time.Minute
	// unknownFor is how long Kargo may say nothing that anything can be concluded from: that the health is
	// not known, or that it progresses, or nothing at all. It is generous, since some rollouts take long,
	// and there so that nothing waits for ever.
	unknownFor = time.Hour
)

// healthOf returns the health of a Stage, empty if Kargo does not say.
func healthOf(stage *kargoapi.Stage) kargoapi.HealthState {
	if stage.Status.Health == nil {
		return ""
	}
	return stage.Status.Health.Status
}

// stillUnhealthy says of a Stage that it does not recover, with what Kargo says is wrong.
func stillUnhealthy(who string, stage *kargoapi.Stage) string {
	message := fmt.Sprintf("%s has been unhealthy for %d minutes.", who, int(unhealthyFor.Minutes()))
	if issues := stage.Status.Health.Issues; len(issues) > 0 {
		first, _, _ := strings.Cut(issues[0], "\n")
		message += " Kargo says: " + first
	}
	return message
}

// neverVerified says of a Stage that Kargo has not verified what it runs, to complete a sentence.
func neverVerified(stage *kargoapi.Stage) string {
	message := fmt.Sprintf("Kargo has not verified it within %d minutes", int(unknownFor.Minutes()))
	switch health := healthOf(stage); health {
	case kargoapi.HealthStateHealthy:
		return message + "."
	case "":
		return message + ": the health of the Stage is not known."
	default:
		return fmt.Sprintf("%s: the health of the Stage is %s.", message, health)
	}
}

// beingVerified reports whether a verification of what a Stage runs is under way. How long that takes is
// up to Kargo.
func beingVerified(current *kargoapi.FreightCollection) bool {
	return current != nil && len(current.VerificationHistory) > 0 && !current.VerificationHistory[0].Phase.IsTerminal()
}

// notVerifying says why a Stage is not going to verify what was promoted to it, or to take note of it; "" if
// it is at it, or still may.
func notVerifying(stage *kargoapi.Stage, freight string, p *kargoapi.Promotion, now time.Time) string {
	if p.Status.FinishedAt == nil {
		return ""
	}
	passed, current := now.Sub(p.Status.FinishedAt.Time), stage.Status.Current()
	switch {
	case current.Includes(freight) && beingVerified(current):
		return ""
	case passed >= unknownFor:
		if last := stage.Status.LastPromotion; last == nil || last.Name < p.Name {
			return fmt.Sprintf("Kargo's Stage has not taken note of it within %d minutes.", int(unknownFor.Minutes()))
		}
		return neverVerified(stage)
	case passed < unhealthyFor, !current.Includes(freight), len(current.VerificationHistory) > 0:
		return ""
	case healthOf(stage) == kargoapi.HealthStateUnhealthy:
		return stillUnhealthy("the Stage", stage)
	default:
		return unsettled(stage)
	}
}

// unsettled says why Kargo can't tell the health of a Stage, and so verifies nothing there: its last
// Promotion, by name and not by time, did not succeed. So it is after one that was aborted in the queue. It
// returns "" if that is not so, or if another Promotion is under way.
func unsettled(stage *kargoapi.Stage) string {
	last := stage.Status.LastPromotion
	if stage.Status.CurrentPromotion != nil || last == nil || last.Status == nil || last.Status.Phase == kargoapi.PromotionPhaseSucceeded {
		return ""
	}
	return fmt.Sprintf("Kargo verifies nothing in Stage %s, since its last promotion, %s, did not succeed (%s). "+
		"A new promotion of the same Freight helps.", stage.Name, last.Name, last.Status.Phase)
}
