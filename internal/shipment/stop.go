package shipment

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// label is the value of LabelShipmentItem of a Promotion.
func label(i, j int) string { return strconv.Itoa(i) + "-" + strconv.Itoa(j) }

// stop says that an item was aborted: no Promotion is made for it any more.
type stop struct {
	// by is the person who did it, empty if that is not known.
	by string
}

func (s *stop) message() string {
	if s.by == "" {
		return "Somebody stopped it."
	}
	return fmt.Sprintf("Stopped by %s.", s.by)
}

// stops tells which items of a Shipment were aborted. An abort is about those that were to go to its
// Stage; an annotation that leads to no abort that can be read is about all.
func (c *Controller) stops(ctx context.Context, s *v1alpha1.Shipment) ([]*stop, error) {
	out := make([]*stop, len(s.Spec.Items))
	named := s.Annotations[v1alpha1.AnnotationAbort]
	if named == "" || !s.Spec.Action.Promotes() {
		return out, nil
	}
	// Several may abort a Shipment at once, of which the annotation has the latest.
	var active v1alpha1.ShipmentList
	if err := c.client.List(ctx, &active, client.InNamespace(s.Namespace), client.MatchingFields{awaited: kindShipment + s.Name}); err != nil {
		return nil, fmt.Errorf("list who aborts shipment %s: %w", s.Name, err)
	}
	by, err := get(ctx, c.client, client.ObjectKey{Namespace: s.Namespace, Name: named}, &v1alpha1.Shipment{})
	switch {
	case err != nil:
		return nil, err
	case by != nil && by.Spec.Action == v1alpha1.ActionAbort:
		active.Items = append(active.Items, *by)
	default:
		for i := range out {
			out[i] = &stop{}
		}
	}
	for i := range out {
		for k := range active.Items {
			if out[i] == nil && concerns(&active.Items[k], s, i) {
				out[i] = &stop{by: whoAsked(&active.Items[k])}
			}
		}
	}
	return out, nil
}

// abortMargin is how long after a Stage was over an abort still counts as one in time: the times of both are
// whole seconds of different clocks, and the end of a Stage is Kargo's, which the bot writes down later.
const abortMargin = stageSilence

// concerns reports whether an abort is about an item of a Shipment: it names the Shipment, and a Stage of
// the item's path that was not over when the abort was asked for. Who may abort what goes to a Stage has no
// say in what has left it.
func concerns(abort, s *v1alpha1.Shipment, i int) bool {
	return slices.ContainsFunc(abort.Spec.Items, func(a v1alpha1.ShipmentItem) bool {
		return slices.Contains(a.Shipments, s.Name) && slices.ContainsFunc(a.Path, func(stage string) bool {
			return slices.Contains(s.Spec.Items[i].Path, stage) && !overBefore(s, i, stage, abort.CreationTimestamp.Time)
		})
	})
}

// overBefore reports whether an item was done with a Stage well before that time.
func overBefore(s *v1alpha1.Shipment, i int, stage string, at time.Time) bool {
	if i >= len(s.Status.Items) {
		return false
	}
	return slices.ContainsFunc(s.Status.Items[i].Stages, func(status v1alpha1.StageStatus) bool {
		return status.Stage == stage && status.FinishedAt != nil && status.FinishedAt.Add(abortMargin).Before(at)
	})
}

// whoAsked is what the person behind a Shipment is called.
func whoAsked(s *v1alpha1.Shipment) string {
	if s.Spec.RequestedBy.Name != "" {
		return s.Spec.RequestedBy.Name
	}
	return s.Spec.RequestedBy.Username
}

// stopRest ends the Stages after this one, which have no Promotion yet.
func (v *visit) stopRest() {
	stages := v.s.Status.Items[v.i].Stages
	for k := v.j + 1; k < len(stages); k++ {
		if stages[k].Promotion == "" && !stages[k].Phase.IsTerminal() {
			v.visit(v.i, k).end(v1alpha1.PhaseAborted, v.stopped[v.i].message())
		}
	}
}
