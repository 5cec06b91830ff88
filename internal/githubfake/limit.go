package githubfake

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Limits are GitHub's rate limits. Zero means none, but for PerHour.
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
type Limits struct {
	// PerHour is the primary limit of each installation, and of the app. Default:
	// 5,000.
	PerHour int
	// The secondary limits; GitHub's figures are 80, 500, 900 and 100.
	ContentPerMinute int // content-creating calls
	ContentPerHour   int
	PointsPerMinute  int // a GET counts 1, every other call 5
	Concurrent       int // calls under way, of all callers
}

func (l Limits) orDefault() Limits {
	l.PerHour = cmp.Or(l.PerHour, 5000)
	return l
}

const (
	limitDocs     = "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api"
	secondaryDocs = limitDocs + "#about-secondary-rate-limits"

	secondaryMessage = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. " +
		"If you reach out to GitHub Support for help, please include the request ID."

	writePoints = 5
)

// bucket is what one caller used up. It is guarded by GitHub.mu.
type bucket struct {
	used    int
	reset   time.Time // when used starts again at 0
	content window
	points  window
}

// rate is the state of the primary limit as headers and GET /rate_limit tell it.
type rate struct {
	limit, used int
	reset       time.Time
}

func (r rate) remaining() int { return max(0, r.limit-r.used) }

// describe adds the headers of the primary limit, unless the answer brought its own.
func (r rate) describe(result answer) answer {
	if result.header.Get("X-RateLimit-Limit") != "" {
		return result
	}
	return result.
		with("X-RateLimit-Limit", strconv.Itoa(r.limit)).
		with("X-RateLimit-Remaining", strconv.Itoa(r.remaining())).
		with("X-RateLimit-Used", strconv.Itoa(min(r.used, r.limit))).
		with("X-RateLimit-Reset", strconv.FormatInt(r.reset.Unix(), 10)).
		with("X-RateLimit-Resource", "core")
}

// bucketOf returns the caller's bucket and its name in messages. GitHub.mu is held.
func (g *GitHub) bucketOf(c caller) (*bucket, string) {
	name := "your IP address"
	switch {
	case c.isApp:
		name = fmt.Sprintf("app ID %d", g.app.id)
	case c.token != nil:
		name = fmt.Sprintf("installation ID %d", c.token.installation.id)
	}
	if g.buckets[name] == nil {
		g.buckets[name] = &bucket{}
	}
	found := g.buckets[name]
	if now := g.now(); !now.Before(found.reset) {
		found.used, found.reset = 0, now.Add(time.Hour)
	}
	return found, name
}

// rateOf returns the state of the caller's primary limit.
func (g *GitHub) rateOf(c caller) rate {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, _ := g.bucketOf(c)
	return rate{limit: g.limits.PerHour, used: b.used, reset: b.reset}
}

// admit counts the call and refuses it when a limit is reached.
func (g *GitHub) admit(r *request) *answer {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.op.free {
		return nil
	}
	b, name := g.bucketOf(r.caller)
	if b.used >= g.limits.PerHour {
		refused := refuse(http.StatusForbidden, limitDocs, "API rate limit exceeded for "+name+".")
		return &refused
	}
	b.used++
	if wait := g.secondary(r, b); wait > 0 {
		refused := secondaryLimit(http.StatusForbidden, wait)
		return &refused
	}
	return nil
}

// secondary returns how long the caller must wait because of a secondary limit, or 0.
func (g *GitHub) secondary(r *request, b *bucket) time.Duration {
	now, points := g.now(), writePoints
	if r.http.Method == http.MethodGet {
		points = 1
	}
	if g.limits.Concurrent > 0 && g.underWay.Load() > int64(g.limits.Concurrent) {
		return time.Second
	}
	if wait := b.points.exceeds(now, time.Minute, points, g.limits.PointsPerMinute); wait > 0 {
		return wait
	}
	if r.op.creates {
		if wait := b.content.exceeds(now, time.Minute, 1, g.limits.ContentPerMinute); wait > 0 {
			return wait
		}
		if wait := b.content.exceeds(now, time.Hour, 1, g.limits.ContentPerHour); wait > 0 {
			return wait
		}
		b.content.add(now, 1)
	}
	b.points.add(now, points)
	return 0
}

// refund gives back a call that turned out to cost nothing: GitHub does not count a 304.
func (g *GitHub) refund(r *request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	b, _ := g.bucketOf(r.caller)
	b.used = max(0, b.used-1)
}

// secondaryLimit is GitHub's answer to a caller who must wait.
func secondaryLimit(status int, wait time.Duration) answer {
	seconds := max(1, int64((wait+time.Second-1)/time.Second))
	return refuse(status, secondaryDocs, secondaryMessage).with("Retry-After", strconv.FormatInt(seconds, 10))
}
