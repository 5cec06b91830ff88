package notice

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// eventCheck is how often it is looked whether there are still Events of an old Notice. The API server keeps one for
// an hour, unless it is told otherwise.
const eventCheck = time.Hour

// expire deletes a Notice that was kept long enough. As long as there are Events of it, it would be made anew, and told
// again; and what still goes on has some.
func (c *Controller) expire(ctx context.Context, n *v1alpha1.Notice, hasEvents bool) (reconcile.Result, error) {
	if c.Retention <= 0 {
		return reconcile.Result{}, nil
	}
	left := lastHappened(n).Add(c.Retention).Sub(c.Now())
	switch {
	case left > 0:
		return reconcile.Result{RequeueAfter: left}, nil
	case hasEvents:
		return reconcile.Result{RequeueAfter: eventCheck}, nil
	}
	if err := c.client.Delete(ctx, n, client.Preconditions{UID: &n.UID}); client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, fmt.Errorf("delete notice %s: %w", client.ObjectKeyFromObject(n), err)
	}
	return reconcile.Result{}, nil
}

// lastHappened is when something last happened, as far as is known.
func lastHappened(n *v1alpha1.Notice) time.Time {
	last := n.CreationTimestamp.Time
	if i := len(n.Status.Happenings) - 1; i >= 0 && n.Status.Happenings[i].At.After(last) {
		last = n.Status.Happenings[i].At.Time
	}
	return last
}
