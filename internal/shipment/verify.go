package shipment

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// stageSilence is how long after the end of a Promotion its Stage is waited for, to tell its
// health: Kargo's Stage controller follows within a second or so, unless it is down.
const stageSilence = 10 * time.Second

// verify ends a Stage whose Promotion succeeded: if it has no verification of its own, when it has taken
// note; else when that is over, or when it has moved on to other Freight. A Stage on the way has to say
// that it is verified, since the next one waits for that.
func (v *visit) verify(ctx context.Context, p *kargoapi.Promotion) (time.Duration, error) {
	stage, err := v.stage(ctx, v.client, v.status.Stage)
	if err != nil {
		return 0, err
	}
	freight := p.Spec.Freight
	if freight == "" {
		freight = v.item.Freight // the Promotion is gone
	}
	o := outcome{phase: v1alpha1.PhaseSucceeded}
	if stage != nil {
		if o, err = v.standing(ctx, stage, freight, p); err != nil {
			return 0, err
		}
	}
	v.status.Phase, v.status.Message, v.status.Health, v.status.Result = o.phase, o.message, o.health, o.result
	if o.phase.IsTerminal() {
		v.status.FinishedAt = p.Status.FinishedAt
		if stage != nil && kargo.HasVerification(stage) || v.status.FinishedAt == nil {
			v.status.FinishedAt = stamp(v.now)
		}
	}
	// The Stage's next change brings us back; this is for one that says no more.
	return stageSilence, nil
}

// standing tells how it stands with the Freight of a Promotion that succeeded.
func (v *visit) standing(ctx context.Context, stage *kargoapi.Stage, freight string, p *kargoapi.Promotion) (outcome, error) {
	silent := p.Status.FinishedAt == nil || v.now.Sub(p.Status.FinishedAt.Time) >= stageSilence
	o := verdict(stage, freight, p.Name, silent && v.last())
	if why := notVerifying(stage, freight, p, v.now); why != "" && o.phase == v1alpha1.PhaseVerifying {
		return outcome{phase: v1alpha1.PhaseFailed, message: "It was promoted, but " + why, health: string(healthOf(stage))}, nil
	}
	if o.phase == v1alpha1.PhaseSucceeded && !v.last() && !stage.Status.Current().Includes(freight) {
		var err error
		if o, err = v.passedOn(ctx, o); err != nil {
			return o, err
		}
	}
	if o.phase == v1alpha1.PhaseSucceeded && v.s.Spec.Action == v1alpha1.ActionResume {
		o = v.resumed(stage, p, o)
	}
	return o, nil
}

// passedOn tells how it stands with a Stage on the way that has moved on to other Freight: all is well if
// the Freight was verified before.
func (v *visit) passedOn(ctx context.Context, o outcome) (outcome, error) {
	freight, err := v.freight(ctx, v.quorum)
	if err != nil {
		return o, err
	}
	if freight != nil {
		if _, verified := freight.Status.VerifiedIn[v.status.Stage]; verified {
			return o, nil
		}
	}
	return outcome{phase: v1alpha1.PhaseFailed, message: "Something else was promoted there before it was verified."}, nil
}

// outcome is how far an item is after its Promotion.
type outcome struct {
	phase   v1alpha1.ShipmentPhase
	message string
	health  string
	result  string
}

// verdict reads from a Stage how it stands with a Freight that was promoted to it. Silent says that
// the Stage has had its time to take note of the Promotion.
func verdict(stage *kargoapi.Stage, freight, promotion string, silent bool) outcome {
	waiting := outcome{phase: v1alpha1.PhaseVerifying}
	succeeded := outcome{phase: v1alpha1.PhaseSucceeded}
	ran, superseded := ranLast(stage, freight)
	// The names of a Stage's Promotions have the time in them: a later one has a greater name.
	last := stage.Status.LastPromotion
	noted := last != nil && last.Name >= promotion
	switch {
	case !noted && (!silent || kargo.HasVerification(stage)):
		return waiting
	case !noted || ran == nil:
		// Either the Stage says nothing, or it has run so much since that it says no more of this.
		return succeeded
	case superseded:
		// What it runs by now is no reason to forget how the verification of this ended, if it did.
		return verified(ran, succeeded, succeeded)
	}
	switch health := stage.Status.Health; {
	case health != nil:
		succeeded.health = string(health.Status)
	case !silent:
		// Kargo forgets the health when a Promotion ends, and looks at it anew right after.
		return waiting
	}
	if !kargo.HasVerification(stage) {
		return succeeded
	}
	return verified(ran, succeeded, waiting)
}

// ranLast returns what the Stage ran when it last ran the Freight, and whether it has moved on since.
func ranLast(stage *kargoapi.Stage, freight string) (ran *kargoapi.FreightCollection, superseded bool) {
	for i, collection := range stage.Status.FreightHistory {
		if collection.Includes(freight) {
			return collection, i > 0
		}
	}
	return nil, false
}

// verified tells how the last verification ended: in succeeded, in a failure, or not yet.
func verified(ran *kargoapi.FreightCollection, succeeded, notYet outcome) outcome {
	if len(ran.VerificationHistory) == 0 || !ran.VerificationHistory[0].Phase.IsTerminal() {
		return notYet
	}
	verification := ran.VerificationHistory[0]
	if verification.Phase == kargoapi.VerificationPhaseSuccessful {
		return succeeded
	}
	return outcome{phase: v1alpha1.PhaseFailed, message: "It was promoted, but " + kargo.Unverified(verification)}
}
