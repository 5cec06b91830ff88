package run

import (
	"slices"
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// A Secret that was put right more often than this within the time is changed by a program, or by somebody who means
// it: putting it right without end would only hide that.
const (
	mostRestored   = 5
	restoredWithin = 10 * time.Minute
	// It is left alone for this long at first, and at most.
	firstTruce, longestTruce = 2 * time.Minute, time.Hour
	// After this long without a change, all is forgotten.
	peaceAfter = time.Hour
)

// contests knows which Secrets somebody else changes as often as they are put right.
type contests struct {
	truces   workqueue.TypedRateLimiter[credentials.SecretName]
	bySecret map[credentials.SecretName]*contest
}

type contest struct {
	restored []time.Time
	// until is the end of the time in which the Secret is left alone; zero if it never was.
	until time.Time
	// tried says that a pass has looked at the Secret since.
	tried bool
}

func newContests() *contests {
	return &contests{
		truces:   backoff.New[credentials.SecretName](firstTruce, longestTruce),
		bySecret: map[credentials.SecretName]*contest{},
	}
}

// restored counts that the Secret was put right, and reports whether it is left alone from now on.
func (c *contests) restored(now time.Time, secret credentials.SecretName) bool {
	one := c.bySecret[secret]
	if one == nil {
		one = &contest{}
		c.bySecret[secret] = one
	}
	recent := []time.Time{now}
	for _, at := range one.restored {
		if now.Sub(at) < restoredWithin {
			recent = append(recent, at)
		}
	}
	one.restored = recent
	// Once it has been contested, one change more says that it still is.
	if len(recent) <= mostRestored && one.until.IsZero() {
		return false
	}
	one.until, one.tried = now.Add(c.truces.When(secret)), false
	return true
}

// leftAlone reports whether the Secret is left alone now.
func (c *contests) leftAlone(now time.Time, secret credentials.SecretName) bool {
	one := c.bySecret[secret]
	return one != nil && now.Before(one.until)
}

// all returns the Secrets that are left alone now.
func (c *contests) all(now time.Time) []credentials.SecretName {
	var all []credentials.SecretName
	for secret := range c.bySecret {
		if c.leftAlone(now, secret) {
			all = append(all, secret)
		}
	}
	slices.SortFunc(all, credentials.SecretName.Compare)
	return all
}

// over returns the Secrets that were left alone and are to be tried again, and calls off the contests of which
// nothing was seen for long.
func (c *contests) over(now time.Time) []credentials.SecretName {
	var over []credentials.SecretName
	for secret, one := range c.bySecret {
		switch {
		case one.until.IsZero():
			if now.Sub(one.restored[0]) > restoredWithin {
				delete(c.bySecret, secret)
			}
		case now.Before(one.until):
		case now.Sub(one.until) > peaceAfter:
			delete(c.bySecret, secret)
			c.truces.Forget(secret)
		case !one.tried:
			over = append(over, secret)
		}
	}
	return over
}

// lookedAt notes which Secrets a pass has looked at and was free to write.
func (c *contests) lookedAt(request credentials.Request) {
	for secret, one := range c.bySecret {
		looked := len(request.Only) == 0 || slices.Contains(request.Only, secret)
		if looked && !slices.Contains(request.Contested, secret) {
			one.tried = true
		}
	}
}

// keep forgets Secrets that are no longer declared.
func (c *contests) keep(declared map[credentials.SecretName]bool) {
	for secret := range c.bySecret {
		if !declared[secret] {
			delete(c.bySecret, secret)
			c.truces.Forget(secret)
		}
	}
}

// next returns when the first Secret is to be tried again; zero if none is.
func (c *contests) next() time.Time {
	var next time.Time
	for _, one := range c.bySecret {
		if !one.until.IsZero() && !one.tried {
			next = earlier(next, one.until)
		}
	}
	return next
}

// earlier returns the earlier of two times, where the zero time is never.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
