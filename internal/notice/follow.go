package notice

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// readAll returns what Events say, in the order in which it happened.
func (c *Controller) readAll(events []corev1.Event) []news {
	now := c.Now()
	var all []news
	for i := range events {
		n, err := read(&events[i], now)
		if err != nil {
			c.refuse(&events[i], err.Error())
			continue
		}
		all = append(all, n)
	}
	slices.SortStableFunc(all, func(a, b news) int {
		// What is of one second began badly and ended well.
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(rank(a.outcome), rank(b.outcome)))
	})
	return all
}

func rank(o v1alpha1.Outcome) int {
	if o.IsBad() {
		return 0
	}
	return 1
}

// follow adds to a Notice what is new. After its end nothing is: what comes late is of before.
func follow(n *v1alpha1.Notice, all []news) {
	status := &n.Status
	for _, one := range all {
		if status.Phase.IsTerminal() {
			return
		}
		if !sameSecret(one.spec, n.Spec) {
			continue // two can't have one occurrence
		}
		at := *stamp(one.at)
		known := slices.ContainsFunc(status.Happenings, func(h v1alpha1.Happening) bool { return h.Outcome == one.outcome })
		if last := len(status.Happenings) - 1; !known {
			if last >= 0 && at.Before(&status.Happenings[last].At) {
				continue
			}
			status.Happenings = append(status.Happenings, v1alpha1.Happening{Outcome: one.outcome, Message: one.message, At: at})
		}
		if phase := phaseOf(one.outcome); !known || status.Phase == phase {
			status.Phase, status.Message = phase, one.message
			if status.ExpiresAt == nil {
				// That what replaces it expires, too, is another occurrence.
				status.ExpiresAt = one.expires
			}
		}
	}
}

func sameSecret(a, b v1alpha1.NoticeSpec) bool {
	return a.Secret == b.Secret && a.SecretNamespace == b.SecretNamespace
}

// phaseOf is how things stand after something has happened.
func phaseOf(o v1alpha1.Outcome) v1alpha1.NoticePhase {
	switch o {
	case v1alpha1.OutcomeCredentialFailing:
		return v1alpha1.NoticeFailing
	case v1alpha1.OutcomeCredentialExpiring:
		return v1alpha1.NoticeExpiring
	case v1alpha1.OutcomeCredentialRecovered:
		return v1alpha1.NoticeRecovered
	default:
		return v1alpha1.NoticeRotated
	}
}

// save writes the status if it changed. Only what changed is sent: what others write is not part of it. What happened
// is written once, also if for a moment two processes take themselves for the leader.
func (c *Controller) save(ctx context.Context, n, base *v1alpha1.Notice) error {
	if equality.Semantic.DeepEqual(n.Status, base.Status) {
		return nil
	}
	patch := client.MergeFromWithOptions(base, client.MergeFromWithOptimisticLock{})
	if err := c.client.Status().Patch(ctx, n, patch); err != nil {
		if apierrors.IsNotFound(err) {
			return nil
		}
		return fmt.Errorf("patch status of notice %s: %w", client.ObjectKeyFromObject(n), err)
	}
	for _, h := range n.Status.Happenings[len(base.Status.Happenings):] {
		c.Metrics.happened(h.Outcome)
		c.Log.InfoContext(ctx, "credential happened", "notice", client.ObjectKeyFromObject(n), "outcome", h.Outcome,
			"secret", n.Spec.SecretNamespace+"/"+n.Spec.Secret)
	}
	return nil
}
