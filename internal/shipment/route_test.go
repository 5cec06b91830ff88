package shipment

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// routed is a route whose Stages take Freight one from the other.
func routed() *route {
	return &route{
		stages:  []*kargoapi.Stage{upstreamOf(development, 0), upstreamOf(staging, 0, development), upstreamOf(productive, 0, staging)},
		freight: newFreight(), name: theFreight, version: "3.2.0", now: noon,
		path: []string{development, staging, productive},
	}
}

// has makes a Stage of a route run the Freight with that health.
func (r *route) has(j int, health kargoapi.HealthState) {
	r.stages[j].Status.FreightHistory = []*kargoapi.FreightCollection{ran(theFreight)}
	if health != "" {
		r.stages[j].Status.Health = &kargoapi.Health{Status: health}
	}
	r.freight.Status.CurrentlyIn = map[string]kargoapi.CurrentStage{r.stages[j].Name: {Since: at(-60)}}
}

// verifiedThere makes the Freight verified in Stages.
func (r *route) verifiedThere(stages ...string) {
	r.freight.Status.VerifiedIn = map[string]kargoapi.VerifiedStage{}
	for _, stage := range stages {
		r.freight.Status.VerifiedIn[stage] = kargoapi.VerifiedStage{VerifiedAt: at(-30)}
	}
}

func TestCourse(t *testing.T) {
	const healthy, none = kargoapi.HealthStateHealthy, kargoapi.HealthStateNotApplicable
	for _, test := range []struct {
		name    string
		at      int
		prepare func(*route)
		move    move
		message string
	}{
		{"the first Stage", 0, func(*route) {}, movePromote, ""},
		{"the first Stage, whatever is known of the Freight", 0, func(r *route) { r.freight = nil }, movePromote, ""},
		{"a Stage that is gone", 1, func(r *route) { r.stages[1] = nil }, movePromote, ""},
		{"the Freight is gone", 1, func(r *route) { r.freight = nil }, moveStop, "The Freight 3.2.0 is gone from Kargo."},
		{"is to be verified", 1, func(r *route) { r.has(0, healthy) }, moveWait, "3.2.0 is not verified in red-development."},
		{"was verified", 1, func(r *route) { r.has(0, healthy); r.verifiedThere(development) }, movePromote, ""},
		{"was verified, and there are no health checks", 1, func(r *route) { r.has(0, none); r.verifiedThere(development) }, movePromote, ""},
		{"was verified, and the health is not known", 1, func(r *route) { r.has(0, ""); r.verifiedThere(development) }, moveWait,
			"It is not known yet whether Stage red-development is healthy."},
		{"was verified and has left", 1, func(r *route) { r.verifiedThere(development) }, movePromote, ""},
		{"has left and was never verified", 1, func(*route) {}, moveStop, "3.2.0 is not verified in red-development."},
		{"is approved", 1, func(r *route) {
			r.freight.Status.ApprovedFor = map[string]kargoapi.ApprovedStage{staging: {}}
		}, movePromote, ""},
		{"comes from another Warehouse", 1, func(r *route) {
			r.has(0, healthy)
			r.stages[1].Spec.RequestedFreight[0].Origin.Name = "blue"
		}, moveStop, "Stage red-staging takes no Freight from the Warehouse that 3.2.0 comes from."},
		{"a Stage between that is not on the path", 1, func(r *route) {
			r.has(0, healthy)
			r.verifiedThere(development)
			r.stages[1] = upstreamOf(staging, 0, "red-gate")
		}, moveWait, "3.2.0 is not verified in red-gate."},
		{"another Stage has to verify it too, and does not have it", 1, func(r *route) {
			r.has(0, healthy)
			r.verifiedThere(development)
			r.stages[1] = upstreamOf(staging, 0, development, "red-load-test")
			r.stages[1].Spec.RequestedFreight[0].Sources.AvailabilityStrategy = kargoapi.FreightAvailabilityStrategyAll
		}, moveStop, "3.2.0 is not verified in red-load-test."},
		{"another Stage has to verify it too, and is at it", 1, func(r *route) {
			r.has(0, healthy)
			r.verifiedThere(development)
			r.freight.Status.CurrentlyIn["red-load-test"] = kargoapi.CurrentStage{Since: at(-10)}
			r.stages[1] = upstreamOf(staging, 0, development, "red-load-test")
			r.stages[1].Spec.RequestedFreight[0].Sources.AvailabilityStrategy = kargoapi.FreightAvailabilityStrategyAll
		}, moveWait, "3.2.0 is not verified in red-load-test."},
		{"it has to soak in a Stage that runs nothing", 1, func(r *route) {
			r.has(0, healthy)
			r.verifiedThere(development, "red-gate")
			r.stages[1] = upstreamOf(staging, time.Hour, "red-gate")
		}, moveStop, "3.2.0 did not run upstream for as long as Stage red-staging requires."},

		{"runs there and is verified", 1, func(r *route) { r.has(1, healthy); r.verifiedThere(staging) }, moveSkip, ""},
		{"runs there, and there are no health checks", 2, func(r *route) { r.has(2, none) }, moveSkip, ""},
		{"runs there and is being verified", 2, func(r *route) { r.has(2, healthy) }, moveVerify, "3.2.0 is there already, and is being verified."},
		{"runs there, unhealthy", 2, func(r *route) { r.has(2, kargoapi.HealthStateUnhealthy) }, moveVerify, "3.2.0 is there already, but the Stage is unhealthy."},
		{"the last Stage had it", 2, func(r *route) { r.verifiedThere(staging, productive) }, movePromote, ""},
		{"a later Stage has it", 0, func(r *route) { r.has(1, healthy); r.verifiedThere(development) }, moveSkip, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := routed()
			test.prepare(r)
			if got := r.course(test.at); got.move != test.move || got.move != movePromote && got.message != test.message {
				t.Errorf("%d %q, want %d %q", got.move, got.message, test.move, test.message)
			}
		})
	}
}

func TestCourseOfFreightThatSoaks(t *testing.T) {
	r := routed()
	r.stages[1] = upstreamOf(staging, time.Hour, development)
	r.has(0, kargoapi.HealthStateHealthy)
	r.verifiedThere(development)
	if c := r.course(1); c.move != moveWait || !c.availableAt.Equal(at(3600-60)) {
		t.Errorf("%d, available at %s", c.move, c.availableAt)
	}
	// That it has come there is written down first, and a moment later since when.
	since := r.freight.Status.CurrentlyIn
	r.freight.Status.CurrentlyIn = nil
	if c := r.course(1); c.move != moveWait || c.limit == 0 {
		t.Errorf("%d, for %s at most", c.move, c.limit)
	}
	r.freight.Status.CurrentlyIn = since
	// What soaks there is not promoted there again, though it can't go on yet.
	if c := r.course(0); c.move != moveSkip {
		t.Errorf("%d", c.move)
	}
	if !kargo.Available(r.stages[1], r.freight, noon).Soaks(noon) {
		t.Error("it does not soak")
	}
}
