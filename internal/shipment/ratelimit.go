package shipment

import (
	"math/rand/v2"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Bounds of the wait before something that failed is tried again.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// newRateLimiter returns exponential backoff per object, with jitter so that what failed together
// is not tried again together.
func newRateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return jittered{workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstRetry, lastRetry)}
}

type jittered struct {
	workqueue.TypedRateLimiter[reconcile.Request]
}

// When returns between half and all of the backoff.
func (j jittered) When(item reconcile.Request) time.Duration {
	wait := j.TypedRateLimiter.When(item)
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // jitter needs no secrecy
}
