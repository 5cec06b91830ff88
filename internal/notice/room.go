package notice

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Whoever forges Events can't fill the API server with Notices, nor keep it from those that matter.
const (
	// mostNotices is how many there are in a namespace: those that are over make room for others.
	mostNotices = 2000
	// mostTroubles is how many there are at most where nothing is over: what fails or expires is told even if the
	// rotation of many Secrets has left no room.
	mostTroubles = 2 * mostNotices
)

// makeRoom reports whether there is room for another Notice. If there are too many, the oldest that is over goes.
func (c *Controller) makeRoom(ctx context.Context, namespace string, trouble bool) (bool, error) {
	var there v1alpha1.NoticeList
	if err := c.client.List(ctx, &there, client.InNamespace(namespace), client.UnsafeDisableDeepCopy); err != nil {
		return false, fmt.Errorf("list notices of %s: %w", namespace, err)
	}
	if len(there.Items) < mostNotices {
		return true, nil
	}
	over, err := c.oldestOver(ctx, there.Items)
	if err != nil {
		return false, err
	}
	if over != nil {
		if err := c.client.Delete(ctx, over, client.Preconditions{UID: &over.UID}); client.IgnoreNotFound(err) != nil {
			return false, fmt.Errorf("delete notice %s: %w", client.ObjectKeyFromObject(over), err)
		}
		return true, nil
	}
	if trouble && len(there.Items) < mostTroubles {
		return true, nil
	}
	c.Metrics.refuse()
	c.Log.WarnContext(ctx, "there are too many notices to make another", "namespace", namespace, "most", mostNotices)
	return false, nil
}

// oldestOver returns the oldest Notice of which nothing more happens; nil if there is none. One with Events would be made
// anew, and told again.
func (c *Controller) oldestOver(ctx context.Context, notices []v1alpha1.Notice) (*v1alpha1.Notice, error) {
	var over []*v1alpha1.Notice
	for i := range notices {
		if n := &notices[i]; n.Status.Phase.IsTerminal() && n.DeletionTimestamp == nil {
			over = append(over, n)
		}
	}
	slices.SortFunc(over, func(a, b *v1alpha1.Notice) int { return lastHappened(a).Compare(lastHappened(b)) })
	for _, n := range over {
		var events corev1.EventList
		err := c.client.List(ctx, &events, client.InNamespace(n.Namespace), client.MatchingFields{byOccurrence: n.Name}, client.Limit(1))
		if err != nil {
			return nil, fmt.Errorf("list events of %s: %w", client.ObjectKeyFromObject(n), err)
		}
		if len(events.Items) == 0 {
			return n.DeepCopy(), nil
		}
	}
	return nil, nil
}
