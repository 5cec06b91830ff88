package shipment

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// abortShipments keeps the Shipments that the item names from going on to the Stage.
func (v *visit) abortShipments(ctx context.Context, f *fate) error {
	for _, name := range v.item.Shipments {
		s, err := get(ctx, v.client, v.key(name), &v1alpha1.Shipment{})
		if err == nil && s == nil {
			s, err = get(ctx, v.quorum, v.key(name), &v1alpha1.Shipment{})
		}
		if err != nil {
			return err
		}
		if s == nil || !s.Spec.Action.Promotes() {
			continue
		}
		if err := v.abortShipment(ctx, s, f); err != nil {
			return err
		}
	}
	return nil
}

// abortShipment keeps a Shipment from going on to the Stage. What it has running there is aborted too, in
// case it was made after the abort was asked for.
func (v *visit) abortShipment(ctx context.Context, s *v1alpha1.Shipment, f *fate) error {
	open := false
	for i := range s.Spec.Items {
		if concerns(v.s, s.Name, &s.Spec.Items[i]) && !v.countStage(s, i, f) {
			open = true
		}
	}
	if !open {
		return nil
	}
	f.open++
	// Once only: where several are aborting it, each would undo what the other says.
	if v.status.StartedAt == nil && s.Annotations[v1alpha1.AnnotationAbort] != v.s.Name {
		if err := v.mark(ctx, s); err != nil {
			return err
		}
	}
	return v.abortMade(ctx, s, f)
}

// countStage counts how an item of a Shipment ended in the Stage, and reports false if it has not. What a
// Promotion came to is counted with those that the abort names.
func (v *visit) countStage(s *v1alpha1.Shipment, i int, f *fate) bool {
	phase, promotion := s.Status.Phase, ""
	if i < len(s.Status.Items) {
		for _, stage := range s.Status.Items[i].Stages {
			if stage.Stage == v.status.Stage {
				phase, promotion = stage.Phase, stage.Promotion
			}
		}
	}
	switch {
	case !phase.IsTerminal():
		return false
	case promotion != "" && slices.Contains(v.item.Promotions, promotion):
	case phase == v1alpha1.PhaseAborted && promotion != "":
		f.aborted++
	case phase == v1alpha1.PhaseAborted:
		f.stopped++
	case phase == v1alpha1.PhaseNotReached:
		f.ended = append(f.ended, string(v1alpha1.PhaseFailed)) // on the way
	default:
		f.ended = append(f.ended, string(phase))
	}
	return true
}

// markTimeout bounds the writing of an annotation.
const markTimeout = 5 * time.Second

// mark notes on a Shipment by which other one it is aborted.
func (v *visit) mark(ctx context.Context, s *v1alpha1.Shipment) error {
	ctx, cancel := context.WithTimeout(ctx, markTimeout)
	defer cancel()
	data, err := json.Marshal(map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{v1alpha1.AnnotationAbort: v.s.Name},
	}})
	if err != nil {
		return fmt.Errorf("encode a patch: %w", err)
	}
	target := &v1alpha1.Shipment{}
	target.Namespace, target.Name = s.Namespace, s.Name
	if err := v.client.Patch(ctx, target, client.RawPatch(types.MergePatchType, data)); client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("abort shipment %s: %w", s.Name, err)
	}
	return nil
}

// abortMade aborts the Promotions to the Stage that a Shipment has made and that the item does not name.
func (v *visit) abortMade(ctx context.Context, s *v1alpha1.Shipment, f *fate) error {
	var made kargoapi.PromotionList
	mine := client.MatchingLabels{v1alpha1.LabelShipmentUID: string(s.UID)}
	if err := v.quorum.List(ctx, &made, client.InNamespace(s.Namespace), mine); err != nil {
		return fmt.Errorf("list promotions of shipment %s: %w", s.Name, err)
	}
	for i := range made.Items {
		p := &made.Items[i]
		if p.Spec.Stage != v.status.Stage || slices.Contains(v.item.Promotions, p.Name) {
			continue
		}
		if err := v.endPromotion(ctx, p, f); err != nil {
			return err
		}
	}
	return nil
}
