package shipment

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
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
	if unsettled(stage) != "" {
		// Promoting it once more is what makes Kargo verify it.
		return course{move: movePromote}
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
			why := unsettled(before)
			return course{
				move: moveWait, unhealthy: why,
				message: cmp.Or(why, fmt.Sprintf("It is not known yet whether Stage %s is healthy.", before.Name)),
			}
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
