package shipment

import (
	"context"
	"fmt"
	"slices"
	"strconv"

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

// stops tells which items of a Shipment were aborted. An abort is about those that go through its Stage;
// an annotation that leads to no abort that can be read is about all.
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
			if out[i] == nil && concerns(&active.Items[k], s.Name, &s.Spec.Items[i]) {
				out[i] = &stop{by: whoAsked(&active.Items[k])}
			}
		}
	}
	return out, nil
}

// concerns reports whether an abort of the Shipment of that name is about the item.
func concerns(abort *v1alpha1.Shipment, name string, item *v1alpha1.ShipmentItem) bool {
	return slices.ContainsFunc(abort.Spec.Items, func(a v1alpha1.ShipmentItem) bool {
		return slices.Contains(a.Shipments, name) && slices.ContainsFunc(a.Path, func(stage string) bool {
			return slices.Contains(item.Path, stage)
		})
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
