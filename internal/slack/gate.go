package slack

import (
	"sync"
	"time"
)

// gate remembers which methods Slack asked to leave alone, and until when. Slack counts calls by
// method: https://docs.slack.dev/apis/web-api/rate-limits
type gate struct {
	now func() time.Time

	mu     sync.Mutex
	closed map[string]time.Time
}

func newGate(now func() time.Time) *gate {
	return &gate{now: now, closed: map[string]time.Time{}}
}

// wait returns how long the method is to be left alone; 0 if it may be called.
func (g *gate) wait(method string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, ok := g.closed[method]
	if !ok {
		return 0
	}
	if wait := until.Sub(g.now()); wait > 0 {
		return wait
	}
	delete(g.closed, method)
	return 0
}

// close closes a method for that long. A shorter wait that was told later changes nothing.
func (g *gate) close(method string, after time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until := g.now().Add(after); until.After(g.closed[method]) {
		g.closed[method] = until
	}
}
