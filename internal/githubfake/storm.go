package githubfake

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"time"
)

// Storm lets calls fail at random: the same ones in every run in which they come in the same order.
type Storm struct {
	// Seed says which.
	Seed uint64
	// Share is how many of all calls fail, from 0 to 1. With 0 there is no storm.
	Share float64
	// RetryAfter is for how long a secondary limit asks to wait. Default: 1 s.
	RetryAfter time.Duration
}

// storm is a storm that blows. It is guarded by GitHub.mu.
type storm struct {
	Storm
	random *rand.Rand
	hit    int
}

// SetStorm lets calls fail at random from now on, or ends that with the zero Storm. Injected faults come first.
func (g *GitHub) SetStorm(s Storm) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.RetryAfter = cmp.Or(s.RetryAfter, time.Second)
	g.storm.Storm, g.storm.random = s, rand.New(rand.NewPCG(s.Seed, 0)) //nolint:gosec // G404: the same in every run
}

// Stormed returns how many calls have failed by storms so far.
func (g *GitHub) Stormed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.storm.hit
}

// gust returns how a call fails, or nil if it does not: at a secondary limit, or with one of GitHub's own
// failures, of which every third comes after the call was carried out. GitHub.mu is held.
func (s *storm) gust() *Fault {
	if s.Share <= 0 || s.random.Float64() >= s.Share {
		return nil
	}
	s.hit++
	own := [...]int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable}
	var fault Fault
	switch kind := s.random.IntN(8); kind {
	case 0:
		fault = Limited(http.StatusForbidden, s.RetryAfter)
	case 1:
		fault = Limited(http.StatusTooManyRequests, s.RetryAfter)
	default:
		fault = Fail(own[kind%len(own)])
		if kind >= 6 {
			fault = FailLate(own[kind%len(own)])
		}
	}
	return &fault
}
