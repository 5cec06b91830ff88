package shipment

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// move is what is to be done about a Stage that has no Promotion of ours.
type move int

const (
	// movePromote: make a Promotion.
	movePromote move = iota
	// moveSkip: the Freight need not go there again.
	moveSkip
	// moveVerify: the Stage runs the Freight already, and is to verify it.
	moveVerify
	// moveWait: the Freight can't go there yet.
	moveWait
	// moveStop: the Freight can't go there, and waiting won't help.
	moveStop
)

// course is what is to be done about a Stage, and what people are told of it.
type course struct {
	move    move
	message string
	// availableAt is when the Freight may go there, if nothing but time is missing.
	availableAt *metav1.Time
	// unhealthy is what to say if the Stage that the message is about stays unhealthy.
	unhealthy string
}

// isFinal reports whether the course ends the Stage.
func (c course) isFinal() bool { return c.move == moveSkip || c.move == moveStop }

// course works out what is to be done about a Stage of which no Promotion is known.
func (v *visit) course(ctx context.Context, reader client.Reader) (course, error) {
	if v.s.Spec.Action == v1alpha1.ActionResume {
		return course{move: movePromote}, nil
	}
	r := route{name: v.item.Freight, version: called(v.item), now: v.now}
	for j := range v.item.Path {
		if j+1 < v.j {
			r.stages = append(r.stages, nil) // done with
			continue
		}
		stage, err := v.stage(ctx, reader, v.item.Path[j])
		if err != nil {
			return course{}, err
		}
		r.stages = append(r.stages, stage)
	}
	var err error
	if r.freight, err = v.freight(ctx, reader); err != nil {
		return course{}, err
	}
	return r.course(v.j), nil
}

// called is what people call an item's Freight.
func called(item *v1alpha1.ShipmentItem) string {
	switch {
	case item.Version != "":
		return item.Version
	case item.Alias != "":
		return item.Alias
	default:
		return kargo.ShortName(item.Freight)
	}
}

// unhealthyFor is how long a Stage may be unhealthy after the Freight came there, before the Freight goes
// no further: a rollout takes a while.
const unhealthyFor = 5 * time.Minute

// waitCheck is how often it is looked at what is waited for, should it have changed unnoticed.
const waitCheck = time.Minute

// clockSkew is how much later than the Freight is available it is promoted: Kargo goes by its own clock.
const clockSkew = 2 * time.Second

// take does what the course says, short of making a Promotion, and returns when to look again.
func (v *visit) take(c course) time.Duration {
	switch c.move {
	case moveSkip:
		v.end(v1alpha1.PhaseSkipped, "")
		return 0
	case moveStop:
		v.fail("%s", c.message)
		return 0
	case movePromote:
		// It has just become so.
		return conflictRetry
	case moveVerify:
		v.status.Phase = v1alpha1.PhaseVerifying
	case moveWait:
		v.status.Phase = v1alpha1.PhaseWaiting
	}
	v.status.AvailableAt = c.availableAt
	since := v.waitSince(c.message)
	again := waitCheck
	if c.availableAt != nil {
		again = sooner(again, max(c.availableAt.Sub(v.now), 0)+clockSkew)
	}
	if c.unhealthy != "" {
		left := unhealthyFor - v.now.Sub(since)
		if left <= 0 {
			v.fail("%s", c.unhealthy)
			return 0
		}
		again = sooner(again, left)
	}
	return again
}

// waitSince says why the Stage waits, and returns since when it has been waiting for just that, which is
// kept where a Promotion has the beginning of its step.
func (v *visit) waitSince(message string) time.Time {
	if v.status.StepStartedAt == nil || v.status.Message != message {
		v.status.StepStartedAt = stamp(v.now)
	}
	v.status.Message = message
	return v.status.StepStartedAt.Time
}

// route is what Kargo says of the Stages of a path, and of the Freight that is to go through them.
type route struct {
	// stages are nil where there is none of that name, or where it does not matter any more.
	stages []*kargoapi.Stage
	// freight is nil if it is gone.
	freight *kargoapi.Freight
	// name is the Freight's name, and version what people call it.
	name, version string
	now           time.Time
}

// course decides what is to be done about the Stage at position j.
func (r *route) course(j int) course {
	stage, last := r.stages[j], len(r.stages)-1
	switch {
	case stage == nil:
		// Kargo has words for that.
		return course{move: movePromote}
	case r.runs(j):
		return r.there(stage)
	case j < last && r.needless(j):
		return course{move: moveSkip}
	case j == 0:
		return course{move: movePromote}
	default:
		return r.onward(j)
	}
}

// runs reports whether the Stage at position j runs the Freight right now.
func (r *route) runs(j int) bool {
	return r.stages[j] != nil && r.stages[j].Status.Current().Includes(r.name)
}

// verifiedIn reports whether the Freight was ever verified in the Stage.
func (r *route) verifiedIn(stage string) bool {
	if r.freight == nil {
		return false
	}
	_, verified := r.freight.Status.VerifiedIn[stage]
	return verified
}

// there decides about a Stage that runs the Freight.
func (r *route) there(stage *kargoapi.Stage) course {
	current := stage.Status.Current()
	health := healthOf(stage)
	if r.verifiedIn(stage.Name) || health == kargoapi.HealthStateNotApplicable && !hasVerification(stage) {
		return course{move: moveSkip}
	}
	if len(current.VerificationHistory) > 0 {
		if newest := current.VerificationHistory[0]; newest.Phase.IsTerminal() && newest.Phase != kargoapi.VerificationPhaseSuccessful {
			return course{move: moveStop, message: "It runs there, but " + lost(newest)}
		}
	}
	c := course{move: moveVerify, message: fmt.Sprintf("%s is there already, and is being verified.", r.version)}
	if health == kargoapi.HealthStateUnhealthy {
		c.message = fmt.Sprintf("%s is there already, but the Stage is unhealthy.", r.version)
		c.unhealthy = "It runs there, but " + stillUnhealthy("the Stage", stage)
	}
	return c
}

// needless reports whether the Freight need not go to the Stage at position j, which does not run it: it
// was verified there, and that still counts for what follows.
func (r *route) needless(j int) bool {
	if j == len(r.stages)-1 || r.stages[j] == nil || r.stages[j+1] == nil || !r.verifiedIn(r.stages[j].Name) {
		return false
	}
	next := r.stages[j+1]
	return kargo.Available(next, r.freight, r.now).Available ||
		kargo.Passed(next, r.freight, r.stages[j].Name, r.now) ||
		r.runs(j+1) || r.needless(j+1)
}

// onward decides whether the Freight may go on to the Stage at position j from the one before.
func (r *route) onward(j int) course {
	stage, before := r.stages[j], r.stages[j-1]
	if r.freight == nil {
		return course{move: moveStop, message: fmt.Sprintf("The Freight %s is gone from Kargo.", r.version)}
	}
	if r.runs(j - 1) {
		switch health := healthOf(before); health {
		case kargoapi.HealthStateHealthy, kargoapi.HealthStateNotApplicable:
		case kargoapi.HealthStateUnhealthy:
			return course{
				move: moveWait, message: fmt.Sprintf("Stage %s is unhealthy.", before.Name),
				unhealthy: stillUnhealthy("Stage "+before.Name, before),
			}
		default:
			return course{move: moveWait, message: fmt.Sprintf("It is not known yet whether Stage %s is healthy.", before.Name)}
		}
	}
	a := kargo.Available(stage, r.freight, r.now)
	c := course{move: moveWait, message: a.Explain(r.version, stage.Name, r.now)}
	switch {
	case a.Available:
		return course{move: movePromote}
	case a.Soaks(r.now):
		c.availableAt = stamp(a.SoakedAt)
	case !a.Origin || !r.onTheWay(j):
		c.move = moveStop
	}
	return c
}

// onTheWay reports whether the Freight may yet become available to the Stage at position j: it runs in a
// Stage upstream that has not verified it, or in the one before, which may lead there by others.
func (r *route) onTheWay(j int) bool {
	upstream := kargo.Upstream(r.stages[j], r.freight.Origin)
	if r.runs(j - 1) {
		before := r.stages[j-1].Name
		if !r.verifiedIn(before) || !slices.Contains(upstream, before) {
			return true
		}
	}
	return slices.ContainsFunc(upstream, func(name string) bool {
		_, in := r.freight.Status.CurrentlyIn[name]
		return in && !r.verifiedIn(name)
	})
}

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
