package shipment

import (
	"context"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
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
	// atLast is what to say if what the message says stays so for as long as the limit.
	atLast string
	limit  time.Duration
	// sick says that the Stage before is unhealthy with the Freight, or was when that was last known.
	sick bool
}

// isFinal reports whether the course ends the Stage.
func (c course) isFinal() bool { return c.move == moveSkip || c.move == moveStop }

// course works out what is to be done about a Stage of which no Promotion is known.
func (v *visit) course(ctx context.Context, reader client.Reader) (course, error) {
	if v.s.Spec.Action == v1alpha1.ActionResume {
		return course{move: movePromote}, nil
	}
	r := route{name: v.item.Freight, version: called(v.item), path: v.item.Path, sick: v.status.UpstreamUnhealthy, now: v.now}
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
	v.status.AvailableAt, v.status.UpstreamUnhealthy = c.availableAt, c.sick
	since := v.waitSince(c.message)
	again := waitCheck
	if c.availableAt != nil {
		again = backoff.Sooner(again, max(c.availableAt.Sub(v.now), 0)+clockSkew)
	}
	if c.atLast != "" {
		left := c.limit - v.now.Sub(since)
		if left <= 0 {
			v.fail("%s", c.atLast)
			return 0
		}
		again = backoff.Sooner(again, left)
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
