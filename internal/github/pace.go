package github

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// GitHub allows 80 calls a minute and 500 an hour that create content, and asks for a second between two. More
// than that stops all that the bot does, so that what nobody asked for keeps to less. In any minute that is 30 at
// the most, and in any hour 300: the rest is for the answers to commands.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
const (
	writesPerMinute, writesAtOnce  = 20, 10
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
	promised     time.Time // the last turn that somebody was told to come back for
}

func newPace() *pace {
	return &pace{
		minute: rate.NewLimiter(rate.Every(time.Minute/writesPerMinute), writesAtOnce),
		hour:   rate.NewLimiter(rate.Every(time.Hour/writesPerHour), writesInReserve),
	}
}

// take takes a turn to write. It does not wait: if there is none now, the error is a *notify.Deferred. Those
// who are sent away are told to come back one after another, and not all at once.
func (p *pace) take(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.admits(now); err != nil {
		return err
	}
	p.minute.AllowN(now, 1)
	p.hour.AllowN(now, 1)
	return nil
}

// ready returns the error that take would.
func (p *pace) ready(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.admits(now)
}

// admits is ready. The lock is held.
func (p *pace) admits(now time.Time) error {
	wait, slowest := until(p.minute, now), p.minute
	if hour := until(p.hour, now); hour > wait {
		wait, slowest = hour, p.hour
	}
	if wait <= 0 {
		return nil
	}
	first := now.Add(wait)
	turn := p.promised.Add(time.Duration(float64(time.Second) / float64(slowest.Limit())))
	if turn.Before(first) || turn.After(now.Add(longestPromise)) {
		turn = first
	}
	p.promised = turn
	return &notify.Deferred{After: turn.Sub(now), Err: errPaced}
}

// until returns how long it takes until a limiter has a turn. It is rounded up, so that there is one then.
func until(l *rate.Limiter, now time.Time) time.Duration {
	missing := 1 - l.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing/float64(l.Limit())*float64(time.Second)) + time.Millisecond
}
