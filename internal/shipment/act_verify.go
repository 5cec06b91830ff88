package shipment

import (
	"context"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// verificationSilence is how long Kargo is waited for to begin a verification: it does so at once, unless
// the Stage is not healthy or being promoted to.
const verificationSilence = time.Minute

// reverify has the Stage verify again what it runs, and follows that to its end.
func (v *visit) reverify(ctx context.Context) (time.Duration, error) {
	if v.status.StartedAt == nil {
		err := v.operator.Reverify(ctx, v.key(v.status.Stage), v.item.Verification)
		if v.refused(err) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		v.status.Phase, v.status.StartedAt = v1alpha1.PhaseVerifying, stamp(v.now)
	}
	stage, err := v.stage(ctx, v.client, v.status.Stage)
	if err != nil {
		return 0, err
	}
	o := v.verification(stage)
	if o.phase == v1alpha1.PhaseFailed {
		// What the cache has may be older than the request.
		if stage, err = v.stage(ctx, v.quorum, v.status.Stage); err != nil {
			return 0, err
		}
		o = v.verification(stage)
	}
	v.status.Health = o.health
	if o.phase.IsTerminal() {
		v.end(o.phase, o.message)
		v.status.Result = o.result
	}
	return stageSilence, nil
}

// verification tells from a Stage how the verification stands that was asked for.
func (v *visit) verification(stage *kargoapi.Stage) outcome {
	if stage == nil {
		return outcome{phase: v1alpha1.PhaseFailed, message: fmt.Sprintf("The Stage %s is gone from Kargo.", v.status.Stage)}
	}
	o := outcome{phase: v1alpha1.PhaseVerifying, health: string(healthOf(stage))}
	newest, asked := repeated(stage.Status.Current(), v.item.Verification)
	switch {
	case asked == nil:
		o.phase, o.message = v1alpha1.PhaseFailed, "The Stage runs something else by now."
	case newest != asked && newest.Phase == kargoapi.VerificationPhaseSuccessful:
		o.phase, o.result = v1alpha1.PhaseSucceeded, "verified again"
	case newest != asked && newest.Phase.IsTerminal():
		o.phase, o.message = v1alpha1.PhaseFailed, "It was verified again, but "+kargo.Unverified(*newest)
	case newest == asked && asked.Phase.IsTerminal():
		// Only once the one before is over, Kargo begins another.
		from := v.status.StartedAt.Time
		if asked.FinishTime != nil && asked.FinishTime.After(from) {
			from = asked.FinishTime.Time
		}
		if v.now.Sub(from) >= verificationSilence {
			o.phase, o.message = v1alpha1.PhaseFailed, notBegun(stage)
		}
	}
	return o
}

// repeated returns the newest verification of what a Stage runs, and the one that was to be repeated; nil
// if the Stage has moved on to what was never verified so.
func repeated(current *kargoapi.FreightCollection, id string) (newest, asked *kargoapi.VerificationInfo) {
	if current == nil {
		return nil, nil
	}
	for i := range current.VerificationHistory {
		if current.VerificationHistory[i].ID == id {
			return &current.VerificationHistory[0], &current.VerificationHistory[i]
		}
	}
	return nil, nil
}

// notBegun says why Kargo may not have begun a verification.
func notBegun(stage *kargoapi.Stage) string {
	const begin = "Kargo has not begun to verify again"
	health := healthOf(stage)
	switch {
	case stage.Status.CurrentPromotion != nil:
		return begin + ": the Stage is being promoted to."
	case health == "":
		return begin + ": it verifies only what is healthy, and the health of this Stage is not known."
	case health != kargoapi.HealthStateHealthy:
		return fmt.Sprintf("%s: it verifies only what is healthy, and the health of this Stage is %s.", begin, health)
	default:
		return begin + "."
	}
}
