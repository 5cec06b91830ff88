package record

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// deleted is said of a Promotion of which nobody knows how it ended.
const deleted = "The Promotion was deleted from Kargo before it ended."

// miss finds out what became of a Promotion that the cache does not have: the API server may, else its Stage
// may remember how it ended, else it did not end.
func (c *Controller) miss(ctx context.Context, l *look) error {
	var err error
	key := client.ObjectKeyFromObject(l.record)
	if l.promotion, err = get(ctx, c.quorum, key, &kargoapi.Promotion{}); l.promotion != nil || err != nil {
		return err
	}
	key.Name = l.record.Spec.Stage
	stage, err := get(ctx, c.quorum, key, &kargoapi.Stage{})
	if err != nil {
		return err
	}
	if stage != nil {
		if last := stage.Status.LastPromotion; last != nil && last.Name == l.record.Name && last.Status != nil && last.Status.Phase.IsTerminal() {
			l.stage, l.promotion = stage, &kargoapi.Promotion{Status: *last.Status}
			l.promotion.Name, l.promotion.Spec.Freight = last.Name, l.record.Spec.Freight
			if l.promotion.Status.FinishedAt == nil {
				l.promotion.Status.FinishedAt = last.FinishedAt
			}
			return nil
		}
	}
	status := &l.record.Status
	status.Phase, status.Message, status.FinishedAt = v1alpha1.PhaseAborted, deleted, stamp(l.now)
	l.ended(v1alpha1.OutcomeAborted, deleted)
	return nil
}
