// Package backoff says how long to wait before something that failed is tried again.
package backoff

import (
	"math/rand/v2"
	"time"

	"k8s.io/client-go/util/workqueue"
)

// New returns exponential backoff per item, from first up to last, with jitter so that what failed together
// is not tried again together.
func New[T comparable](first, last time.Duration) workqueue.TypedRateLimiter[T] {
	return jittered[T]{workqueue.NewTypedItemExponentialFailureRateLimiter[T](first, last)}
}

type jittered[T comparable] struct {
	workqueue.TypedRateLimiter[T]
}

// When returns between half and all of the backoff.
func (j jittered[T]) When(item T) time.Duration {
	wait := j.TypedRateLimiter.When(item)
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // jitter needs no secrecy
}

// Sooner returns the shorter of two waits, where 0 means not to wait for time at all.
func Sooner(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}
