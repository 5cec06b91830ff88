package shipment

import (
	"fmt"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// route is what Kargo says of the Stages of a path, and of the Freight that is to go through them.
type route struct {
	// stages are nil where there is none of that name, or where it does not matter any more.
	stages []*kargoapi.Stage
	// freight is nil if it is gone.
	freight *kargoapi.Freight
	// name is the Freight's name, and version what people call it.
	name, version string
	// path names the stages.
	path []string
	// sick says that the Stage waited because the one before was unhealthy with the Freight.
	sick bool
	now  time.Time
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
	if r.verifiedIn(stage.Name) || health == kargoapi.HealthStateNotApplicable && !kargo.HasVerification(stage) {
		return course{move: moveSkip}
	}
	if len(current.VerificationHistory) > 0 {
		if newest := current.VerificationHistory[0]; newest.Phase.IsTerminal() && newest.Phase != kargoapi.VerificationPhaseSuccessful {
			return course{move: moveStop, message: "It runs there, but " + kargo.Unverified(newest)}
		}
	}
	if unsettled(stage) != "" {
		// Promoting it once more is what makes Kargo verify it.
		return course{move: movePromote}
	}
	c := course{move: moveVerify, message: fmt.Sprintf("%s is there already, and is being verified.", r.version)}
	switch {
	case health == kargoapi.HealthStateUnhealthy:
		c.message = fmt.Sprintf("%s is there already, but the Stage is unhealthy.", r.version)
		c.atLast, c.limit = "It runs there, but "+stillUnhealthy("the Stage", stage), unhealthyFor
	case !beingVerified(current):
		c.atLast, c.limit = "It runs there, but "+neverVerified(stage), unknownFor
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
	stage := r.stages[j]
	if r.freight == nil {
		return course{move: moveStop, message: fmt.Sprintf("The Freight %s is gone from Kargo.", r.version)}
	}
	if c, held := r.held(j - 1); held {
		return c
	}
	a := kargo.Available(stage, r.freight, r.now)
	c := course{move: moveWait, message: a.Explain(r.version, stage.Name, r.now)}
	switch {
	case a.Available:
		return course{move: movePromote}
	case a.Soaks(r.now):
		c.availableAt = stamp(a.SoakedAt)
	case !a.SoakedAt.IsZero() && r.arriving(j):
		c.atLast, c.limit = c.message, unknownFor
	case !a.Origin, !r.onTheWay(j), !a.SoakedAt.IsZero() && len(a.Unverified) == 0:
		c.move = moveStop
	}
	return c
}

// held decides whether the Freight goes no further for now, because of how the Stage at position k, which
// it comes from, is with it.
func (r *route) held(k int) (c course, held bool) {
	name := r.path[k]
	if !r.runs(k) {
		// Whoever took it off there has seen that it does no good. That it was verified before does not count.
		return course{move: moveStop, sick: true, message: fmt.Sprintf("Stage %s was unhealthy with it, and runs something else now.", name)}, r.sick
	}
	before := r.stages[k]
	switch health := healthOf(before); health {
	case kargoapi.HealthStateHealthy, kargoapi.HealthStateNotApplicable:
		return course{}, false
	case kargoapi.HealthStateUnhealthy:
		return course{
			move: moveWait, message: fmt.Sprintf("Stage %s is unhealthy.", name), sick: true,
			atLast: stillUnhealthy("Stage "+name, before), limit: unhealthyFor,
		}, true
	case kargoapi.HealthStateProgressing, kargoapi.HealthStateUnknown:
	}
	if why := unsettled(before); why != "" {
		return course{move: moveWait, message: why, sick: r.sick, atLast: why, limit: unhealthyFor}, true
	}
	return course{
		move: moveWait, message: fmt.Sprintf("It is not known yet whether Stage %s is healthy.", name), sick: r.sick,
		atLast: fmt.Sprintf("It has not been known for %d minutes whether Stage %s is healthy.", int(unknownFor.Minutes()), name), limit: unknownFor,
	}, true
}

// arriving reports whether the Freight has come to the Stage before the one at position j so recently that
// Kargo has not noted on the Freight since when it runs there, which comes a moment later.
func (r *route) arriving(j int) bool {
	if !r.runs(j-1) || !slices.Contains(kargo.Upstream(r.stages[j], r.freight.Origin), r.path[j-1]) {
		return false
	}
	_, in := r.freight.Status.CurrentlyIn[r.path[j-1]]
	return !in
}

// onTheWay reports whether the Freight may yet become available to the Stage at position j: it runs in a
// Stage upstream that has not verified it, or in the one before, which may lead there by others.
func (r *route) onTheWay(j int) bool {
	upstream := kargo.Upstream(r.stages[j], r.freight.Origin)
	if r.runs(j - 1) {
		before := r.stages[j-1].Name
		if !r.verifiedIn(before) || !slices.Contains(upstream, before) || r.arriving(j) {
			return true
		}
	}
	return slices.ContainsFunc(upstream, func(name string) bool {
		_, in := r.freight.Status.CurrentlyIn[name]
		return in && !r.verifiedIn(name)
	})
}
