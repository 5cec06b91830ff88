package record

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// newestCheck is how often it is looked whether an old record is still the newest of its Stage.
const newestCheck = time.Hour

// expire deletes a record that was kept long enough, unless it is the newest of a Stage.
func (c *Controller) expire(ctx context.Context, r *v1alpha1.PromotionRecord, stage *kargoapi.Stage) (reconcile.Result, error) {
	if c.Retention <= 0 || !hasEnded(r) || r.Status.FinishedAt == nil {
		return reconcile.Result{}, nil
	}
	if left := r.Status.FinishedAt.Add(c.Retention).Sub(c.Now()); left > 0 {
		return reconcile.Result{RequeueAfter: left}, nil
	}
	if stage != nil {
		newest, err := c.isNewest(ctx, r)
		if newest || err != nil {
			return reconcile.Result{RequeueAfter: newestCheck}, err
		}
	}
	return reconcile.Result{}, client.IgnoreNotFound(c.client.Delete(ctx, r, client.Preconditions{UID: &r.UID}))
}

// isNewest reports whether there is no record of a later Promotion to the same Stage.
func (c *Controller) isNewest(ctx context.Context, r *v1alpha1.PromotionRecord) (bool, error) {
	var list v1alpha1.PromotionRecordList
	if err := c.client.List(ctx, &list, client.InNamespace(r.Namespace),
		client.MatchingFields{byStage: r.Spec.Stage}, client.UnsafeDisableDeepCopy); err != nil {
		return false, fmt.Errorf("list promotion records of stage %s: %w", r.Spec.Stage, err)
	}
	for i := range list.Items {
		if list.Items[i].Name > r.Name {
			return false, nil
		}
	}
	return true, nil
}
