package announce

import (
	"context"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// belowRelease tells of a Promotion below the message about its release. If it was asked for there, so that the answer
// stands there, too, that is not said again.
func (t *telling) belowRelease(ctx context.Context, name string) (time.Duration, error) {
	shipment, err := t.shipment(ctx, t.s.record().Spec.Shipment)
	if err != nil {
		return 0, err
	}
	if id, _ := t.cardOf(ctx, name); id != "" && id == threadOf(shipment) {
		t.wanted = t.unanswered(shipment)
	}
	return t.alerts(ctx, func() (string, bool) { return t.cardOf(ctx, name) })
}

// unanswered are those of the happenings that are news which the answer to who asked does not tell: what has happened
// since that was complete, and a failure if somebody else is to be called.
func (t *telling) unanswered(shipment *v1alpha1.Shipment) []int {
	owner := t.owner()
	somebodyElse := owner.ID != "" && !slices.Contains(t.s.people, owner.ID)
	return slices.DeleteFunc(slices.Clone(t.wanted), func(i int) bool {
		h := t.s.happenings[i]
		switch {
		case h.Outcome == v1alpha1.OutcomeFailed:
			return !somebodyElse
		case h.Outcome == v1alpha1.OutcomeVerificationFailed && somebodyElse:
			return false
		}
		return shipment != nil && (shipment.Status.FinishedAt == nil || h.At.Before(shipment.Status.FinishedAt))
	})
}

// threadOf returns the message whose thread a Shipment is answered in; empty if it is answered in a channel.
func threadOf(shipment *v1alpha1.Shipment) string {
	if shipment == nil || shipment.Spec.Origin.Slack == nil || shipment.Spec.Origin.Slack.Thread == "" {
		return ""
	}
	return shipment.Spec.Origin.Slack.Channel + ":" + shipment.Spec.Origin.Slack.Thread
}

// belowAnswer tells what the answer to who asked does not: what has happened since that was complete, and to the
// owner, what failed. It stands below the answer, or beside it in the thread that it was asked for in.
func (t *telling) belowAnswer(ctx context.Context, name string) (time.Duration, error) {
	shipment, err := t.shipment(ctx, name)
	if err != nil {
		return 0, err
	}
	t.wanted = t.unanswered(shipment)
	return t.alerts(ctx, func() (string, bool) {
		if shipment == nil {
			return "", true
		}
		if thread := threadOf(shipment); thread != "" {
			// The answer is a reply itself, and has no thread of its own.
			return thread, true
		}
		for _, report := range shipment.Status.Reports {
			if report.Part == v1alpha1.PartCard {
				return report.ID, report.ID != "" || report.Error != ""
			}
		}
		return "", false
	})
}
