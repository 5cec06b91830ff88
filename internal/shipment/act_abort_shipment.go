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
		if slices.Contains(s.Spec.Items[i].Path, v.status.Stage) && !v.countItem(s, i, f) {
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

// countItem counts how an item of a Shipment ended in the Stage, and reports false if it has not, or goes on
// from there yet though it should not. What a Promotion came to is counted with those that the abort names.
func (v *visit) countItem(s *v1alpha1.Shipment, i int, f *fate) bool {
	if i >= len(s.Status.Items) {
		// It was not begun. If the Shipment is over all the same, so is the item.
		stage := v1alpha1.StageStatus{Phase: s.Status.Phase}
		if stage.Phase.IsTerminal() {
			v.countStage(&stage, f)
		}
		return stage.Phase.IsTerminal()
	}
	stages := s.Status.Items[i].Stages
	j := slices.IndexFunc(stages, func(stage v1alpha1.StageStatus) bool { return stage.Stage == v.status.Stage })
	if j < 0 {
		return true
	}
	switch stage := &stages[j]; {
	case !stage.Phase.IsTerminal() && !isPromoted(stage):
		return false
	case !concerns(v.s, s, i), stage.Phase.IsTerminal() && isBad(stage.Phase):
		v.countStage(stage, f)
		return true
	case slices.ContainsFunc(stages[j+1:], func(s v1alpha1.StageStatus) bool { return !s.Phase.IsTerminal() && s.Promotion == "" }):
		// Too late for this Stage, and not for those that follow.
		return false
	case slices.ContainsFunc(stages[j+1:], func(s v1alpha1.StageStatus) bool {
		return s.Phase == v1alpha1.PhaseAborted && s.Promotion == ""
	}):
		f.stopped++
		return true
	default:
		v.countStage(stage, f)
		return true
	}
}

// isPromoted reports whether all that is left in a Stage is the verification of what was promoted to it:
// there is no Promotion any more that could be aborted.
func isPromoted(stage *v1alpha1.StageStatus) bool {
	return stage.Phase == v1alpha1.PhaseVerifying && stage.Promotion != ""
}

// countStage counts how it ended in one Stage.
func (v *visit) countStage(stage *v1alpha1.StageStatus, f *fate) {
	switch {
	case stage.Promotion != "" && slices.Contains(v.item.Promotions, stage.Promotion):
	case isPromoted(stage):
		f.verifying++
	case stage.Phase == v1alpha1.PhaseAborted && stage.Promotion != "":
		f.aborted++
	case stage.Phase == v1alpha1.PhaseAborted:
		f.stopped++
	case stage.Phase == v1alpha1.PhaseNotReached:
		f.ended = append(f.ended, string(v1alpha1.PhaseFailed)) // on the way
	default:
		f.ended = append(f.ended, string(stage.Phase))
	}
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
	made, err := v.made(ctx, s.UID)
	if err != nil {
		return err
	}
	for i := range made {
		p := &made[i]
		if p.Spec.Stage != v.status.Stage || slices.Contains(v.item.Promotions, p.Name) {
			continue
		}
		if err := v.endPromotion(ctx, p, f); err != nil {
			return err
		}
	}
	return nil
}
