package github

import (
	"errors"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// GitHub allows 80 calls a minute and 500 an hour that create content, and asks for a second between two. More
// than that stops all that the bot does, so that what nobody asked for keeps to less. In any minute that is 40 at
// the most, and in any hour 300: the rest is for the answers to commands.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
const (
	writesPerMinute, writesAtOnce  = 30, 10
	writesPerHour, writesInReserve = 240, 60
	// longestPromise bounds for how long a write is sent away, so that what has become urgent, or needless, is
	// noticed.
	longestPromise = 10 * time.Minute
)

// errPaced says that a write was not made, so that others can be.
var errPaced = errors.New("comments are written as slowly as GitHub wants them")

// pace holds back writes that nobody waits for. It is one for all who write.
type pace struct {
	mu           sync.Mutex
	minute, hour *rate.Limiter
	// promised is when who was sent away is to come back, and last the latest of those times.
	promised map[conversation]time.Time
	last     time.Time
}

func newPace() *pace {
	return &pace{
		minute:   rate.NewLimiter(rate.Every(time.Minute/writesPerMinute), writesAtOnce),
		hour:     rate.NewLimiter(rate.Every(time.Hour/writesPerHour), writesInReserve),
		promised: map[conversation]time.Time{},
	}
}

// take takes a turn to write. It does not wait: if there is none now, the error is a *notify.Deferred. Those
// who are sent away are told to come back one after another, and not all at once.
func (p *pace) take(where conversation, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.admits(where, now); err != nil {
		return err
	}
	p.minute.AllowN(now, 1)
	p.hour.AllowN(now, 1)
	delete(p.promised, where)
	return nil
}

// ready returns the error that take would.
func (p *pace) ready(where conversation, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.admits(where, now)
}

// admits is ready. The lock is held.
func (p *pace) admits(where conversation, now time.Time) error {
	wait, slowest := until(p.minute, now), p.minute
	if hour := until(p.hour, now); hour > wait {
		wait, slowest = hour, p.hour
	}
	if wait <= 0 {
		return nil
	}
	return &notify.Deferred{After: p.promise(where, now, now.Add(wait), every(slowest)).Sub(now), Err: errPaced}
}

// promise returns when to come back, which is not before first. Who comes too early is told the same again.
func (p *pace) promise(where conversation, now, first time.Time, interval time.Duration) time.Time {
	if turn, ok := p.promised[where]; ok && !turn.Before(first) {
		return turn
	}
	maps.DeleteFunc(p.promised, func(_ conversation, turn time.Time) bool { return turn.Before(now) })
	turn := p.last.Add(interval)
	if turn.Before(first) || turn.After(now.Add(longestPromise)) {
		turn = first
	}
	p.promised[where], p.last = turn, turn
	return turn
}

// every returns the time between two turns of a limiter.
func every(l *rate.Limiter) time.Duration {
	return time.Duration(float64(time.Second) / float64(l.Limit()))
}

// until returns how long it takes until a limiter has a turn. It is rounded up, so that there is one then.
func until(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing/float64(l.Limit())*float64(time.Second)) + time.Millisecond
}
