package shipment

import (
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
)

// Bounds of the wait before something that failed is tried again.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 30 * time.Second
)

func newRateLimiter() workqueue.TypedRateLimiter[reconcile.Request] {
	return backoff.New[reconcile.Request](firstRetry, lastRetry)
}
