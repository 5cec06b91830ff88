package github

import (
	"sync"
	"time"
)

// maxPause bounds how long a gate stays closed, whatever an answer says. Primary limits start anew
// every hour.
const maxPause = time.Hour

// gate keeps calls back for as long as GitHub asked for. The zero gate is open.
type gate struct {
	mu    sync.Mutex
	until time.Time
}

// close closes the gate for a while. A pause that ends later stays.
func (g *gate) close(now time.Time, pause time.Duration) {
	until := now.Add(min(pause, maxPause))
	g.mu.Lock()
	defer g.mu.Unlock()
	if until.After(g.until) {
		g.until = until
	}
}

// remaining returns how long the gate stays closed; 0 or less means that it is open.
func (g *gate) remaining(now time.Time) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.until.Sub(now)
}
