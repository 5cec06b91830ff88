package webhook

import (
	"sync"
	"time"
)

const (
	// firstRest and longestRest bound for how long an endpoint is left alone that did not answer. It doubles each
	// time.
	firstRest   = time.Second
	longestRest = 5 * time.Minute
)

// rest leaves an endpoint alone that is unwell: what is hanging would otherwise keep all who have something to
// tell, and what is coming back be met by everything that has piled up.
type rest struct {
	mu sync.Mutex
	// until is when it is called again, and last how long it was left alone; 0 if it is well.
	until time.Time
	last  time.Duration
	// trying says that one call finds out whether it is well again.
	trying bool
}

// begin reports whether the endpoint may be called, and otherwise how long to wait. Who may must say how it went.
func (r *rest) begin(now time.Time) (wait time.Duration, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.last == 0:
		return 0, true
	case r.trying:
		return r.last, false
	case now.Before(r.until):
		return r.until.Sub(now), false
	default:
		r.trying = true
		return 0, true
	}
}

// well says that the endpoint has answered.
func (r *rest) well() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until, r.last, r.trying = time.Time{}, 0, false
}

// unwell says that it has not, or has asked for some time, 0 for none in particular. Of calls that were made at
// once, only the first makes the rest longer. It returns how long the endpoint is left alone.
func (r *rest) unwell(now time.Time, asked time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trying = false
	if !now.Before(r.until) {
		r.last = min(max(2*r.last, firstRest), longestRest)
		r.until = now.Add(r.last)
	}
	if end := now.Add(asked); end.After(r.until) {
		r.until = end
	}
	return r.until.Sub(now)
}
