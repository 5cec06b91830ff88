package run

import (
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// A Secret that Kubernetes did not let be read or written, or for which a source has nothing of use, is tried again
	// after so long, at first and at most.
	firstWriteWait, longestWriteWait = time.Second, 5 * time.Minute
	// A credential that does not work where it is used, or that could not be tried there, is tried again after so long:
	// somebody may have put that right, and hosts count what they are asked.
	firstProbeWait, longestProbeWait = time.Minute, 30 * time.Minute
)

// retries knows which Secrets are tried again, and when.
type retries struct {
	waits   workqueue.TypedRateLimiter[credentials.SecretName]
	longest time.Duration
	due     map[credentials.SecretName]time.Time
}

func newRetries(first, longest time.Duration) *retries {
	return &retries{
		waits:   backoff.New[credentials.SecretName](first, longest),
		longest: longest,
		due:     map[credentials.SecretName]time.Time{},
	}
}

// failed has the Secret tried again, later each time.
func (r *retries) failed(now time.Time, secret credentials.SecretName) {
	r.due[secret] = now.Add(r.waits.When(secret))
}

// well takes in that there is nothing to try again.
func (r *retries) well(secret credentials.SecretName) {
	delete(r.due, secret)
	r.waits.Forget(secret)
}

// waiting reports whether the Secret is to be tried again.
func (r *retries) waiting(secret credentials.SecretName) bool {
	_, waiting := r.due[secret]
	return waiting
}

// begun takes in that a pass is under way that tries the Secret again. One that it says nothing about has its turn
// later, not over and over.
func (r *retries) begun(now time.Time, secret credentials.SecretName) {
	if r.waiting(secret) {
		r.due[secret] = now.Add(r.longest)
	}
}

// keep forgets Secrets that are no longer declared.
func (r *retries) keep(declared map[credentials.SecretName]bool) {
	for secret := range r.due {
		if !declared[secret] {
			r.well(secret)
		}
	}
}

// over returns the Secrets that are to be tried now.
func (r *retries) over(now time.Time) []credentials.SecretName {
	var over []credentials.SecretName
	for secret, due := range r.due {
		if !now.Before(due) {
			over = append(over, secret)
		}
	}
	return over
}

// next returns when the first Secret is to be tried; zero if none is.
func (r *retries) next() time.Time {
	var next time.Time
	for _, due := range r.due {
		next = earlier(next, due)
	}
	return next
}
