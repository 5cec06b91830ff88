package run

import (
	"time"

	"k8s.io/client-go/util/workqueue"

	"github.com/davidaparicio/kargo-bot/internal/backoff"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// A Secret that has changed is looked at after so long, so that changes of one moment make one pass; if it goes on
// changing, ever later.
const (
	firstTouchWait, longestTouchWait = 400 * time.Millisecond, time.Minute
	// After this long without a change, all is forgotten.
	calmAfter = 10 * time.Minute
)

// touches knows which Secrets were changed by others and not looked at since.
type touches struct {
	waits workqueue.TypedRateLimiter[credentials.SecretName]
	// versions are those that watches have last told of, and left those that passes have left: equal ones are no
	// touch. The empty version is that of a Secret that is not there.
	versions, left map[credentials.SecretName]string
	due, last      map[credentials.SecretName]time.Time
}

func newTouches() *touches {
	return &touches{
		waits:    backoff.New[credentials.SecretName](firstTouchWait, longestTouchWait),
		versions: map[credentials.SecretName]string{},
		left:     map[credentials.SecretName]string{},
		due:      map[credentials.SecretName]time.Time{},
		last:     map[credentials.SecretName]time.Time{},
	}
}

// seen takes in what a watch has told.
func (t *touches) seen(now time.Time, change Change) {
	secret := change.Secret
	_, known := t.versions[secret]
	t.versions[secret] = change.ResourceVersion
	if left, ok := t.left[secret]; ok && left == change.ResourceVersion {
		delete(t.due, secret)
		return
	}
	if !known {
		t.due[secret] = now.Add(firstTouchWait) // The first that a watch tells is how things are.
		return
	}
	if now.Sub(t.last[secret]) > calmAfter {
		t.waits.Forget(secret)
	}
	t.last[secret] = now
	if _, waiting := t.due[secret]; !waiting {
		t.due[secret] = now.Add(t.waits.When(secret))
	}
}

// soon has a Secret looked at whether it has changed or not.
func (t *touches) soon(now time.Time, secret credentials.SecretName) { t.due[secret] = now }

// lookedAt takes in that a pass is under way that looks at the Secret.
func (t *touches) lookedAt(secret credentials.SecretName) { delete(t.due, secret) }

// leftAs takes in as what a pass has left a Secret. A change that was told of while the pass was under way is one of
// its own if it is the last, of which the watch may be about to tell.
func (t *touches) leftAs(now time.Time, outcome credentials.Outcome) {
	seen, watched := t.versions[outcome.SecretName]
	unread := outcome.State == credentials.StateFailed && watched && seen != ""
	if outcome.ResourceVersion == "" && (unread || !mayBeMissing(outcome.State)) {
		// It is there, and the pass does not say as what.
		delete(t.left, outcome.SecretName)
		return
	}
	t.left[outcome.SecretName] = outcome.ResourceVersion
	if watched && seen == outcome.ResourceVersion {
		delete(t.due, outcome.SecretName)
	}
	if _, waiting := t.due[outcome.SecretName]; waiting {
		t.due[outcome.SecretName] = now.Add(firstTouchWait)
	}
}

// mayBeMissing reports whether a Secret in that state may not be there at all.
func mayBeMissing(state credentials.State) bool {
	switch state {
	case credentials.StateFailed, credentials.StateConflict, credentials.StateOrphaned, credentials.StatePruned:
		return true
	default:
		return false
	}
}

// keep forgets Secrets that are no longer declared.
func (t *touches) keep(declared map[credentials.SecretName]bool) {
	for _, byName := range []map[credentials.SecretName]time.Time{t.due, t.last} {
		for secret := range byName {
			if !declared[secret] {
				delete(byName, secret)
				t.waits.Forget(secret)
			}
		}
	}
	for _, byName := range []map[credentials.SecretName]string{t.versions, t.left} {
		for secret := range byName {
			if !declared[secret] {
				delete(byName, secret)
			}
		}
	}
}

// over returns the Secrets that are to be looked at now.
func (t *touches) over(now time.Time) []credentials.SecretName {
	var over []credentials.SecretName
	for secret, due := range t.due {
		if !now.Before(due) {
			over = append(over, secret)
		}
	}
	return over
}

// next returns when the first Secret is to be looked at; zero if none is.
func (t *touches) next() time.Time {
	var next time.Time
	for _, due := range t.due {
		next = earlier(next, due)
	}
	return next
}
