package release

import (
	"context"
	"fmt"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// expire deletes a Release of which nothing more is expected when it has been kept long enough, and returns how
// long that is.
func (c *Controller) expire(ctx context.Context, l *look) (time.Duration, error) {
	if c.Retention <= 0 || !l.r.Status.Phase.IsTerminal() || l.isNewestOfAll() {
		return 0, nil
	}
	if left := lastOf(l.r).Add(c.Retention).Sub(l.now); left > 0 {
		return left, nil
	}
	err := c.client.Delete(ctx, l.r, client.Preconditions{UID: &l.r.UID})
	if client.IgnoreNotFound(err) != nil {
		return 0, fmt.Errorf("delete release %s: %w", l.r.Name, err)
	}
	return 0, nil
}

// isNewestOfAll reports whether no other Release of the service is of a newer version.
func (l *look) isNewestOfAll() bool {
	for i := range l.others {
		if v, ok := kargo.ReleaseVersion(l.others[i].Spec.Version); ok && v.GreaterThan(l.version) {
			return false
		}
	}
	return true
}

// lastOf is when something last happened to a Release, as far as its status tells.
func lastOf(r *v1alpha1.Release) time.Time {
	last := r.CreationTimestamp.Time
	for _, h := range r.Status.Happenings {
		last = later(last, h.At.Time)
	}
	for i := range r.Status.Stages {
		if since := r.Status.Stages[i].Since; since != nil {
			last = later(last, since.Time)
		}
	}
	if r.Status.DiscoveredAt != nil {
		last = later(last, r.Status.DiscoveredAt.Time)
	}
	return last
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
