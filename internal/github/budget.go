package github

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// What a call costs of the 900 points that GitHub allows a minute:
// https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
const (
	readPoints  = 1
	writePoints = 5
)

// share is what part of GitHub's limits may be used.
type share struct {
	// perMinute is how many points there may be.
	perMinute int
	// burst is how many of them may come at once, and atOnce bounds the calls under way: the rest of
	// maxConcurrent is for what people asked for.
	burst, atOnce int
	// reserved is how much of an hour's calls they leave to others, in percent.
	reserved int
}

// interactive is the share of reads that somebody waits for. With background, it leaves 250 points a minute to
// commands: 50 comments and reactions.
func interactive() share { return share{perMinute: 400, burst: 100, atOnce: 20, reserved: 15} }

// background is the share of what nobody waits for: reads, and the comments on pull requests.
func background() share { return share{perMinute: 250, burst: 50, atOnce: 10, reserved: 30} }

// longestQueue is the longest that a call waits for its turn.
const longestQueue = 10 * time.Second

// overBudget marks what a budget did not admit: another budget may.
type overBudget struct{ by *budget }

// Error implements error.
func (*overBudget) Error() string { return "refused without a call" }

// budget holds calls back, so that they never keep commands from being answered.
type budget struct {
	now      func() time.Time
	limiter  *rate.Limiter
	slots    chan struct{}
	reserved int
}

func newBudget(now func() time.Time, s share) *budget {
	return &budget{
		now:      now,
		limiter:  rate.NewLimiter(rate.Every(time.Minute/time.Duration(s.perMinute)), s.burst),
		slots:    make(chan struct{}, s.atOnce),
		reserved: s.reserved,
	}
}

// admits returns an *freightdiff.Unavailable if a read would have to wait for longer than the context
// allows.
func (b *budget) admits(ctx context.Context) error {
	now := b.now()
	missing := 1 - b.limiter.TokensAt(now)
	if missing <= 0 {
		return nil
	}
	return b.bearable(ctx, time.Duration(missing/float64(b.limiter.Limit())*float64(time.Second)))
}

func (b *budget) bearable(ctx context.Context, wait time.Duration) error {
	deadline, ok := ctx.Deadline()
	if wait > longestQueue || ok && time.Until(deadline) < wait {
		return &freightdiff.Unavailable{
			Reason: "Too much is read from GitHub right now; it is asked again in a moment.", After: wait, Err: &overBudget{by: b},
		}
	}
	return nil
}

// enter waits for the turn of a call that costs so many points. Then leave must be called. The error is an
// *freightdiff.Unavailable, or that of the context.
func (b *budget) enter(ctx context.Context, q *quota, points int) (leave func(), err error) {
	now := b.now()
	if err := b.spare(q, now); err != nil {
		return nil, err
	}
	turn := b.limiter.ReserveN(now, points)
	wait := turn.DelayFrom(now)
	if err := b.bearable(ctx, wait); err != nil {
		turn.CancelAt(now)
		return nil, err
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			turn.CancelAt(now)
			return nil, ctx.Err()
		}
	}
	select {
	case b.slots <- struct{}{}:
		return func() { <-b.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// spare returns an *freightdiff.Unavailable if no more remains of a quota than what is kept for others.
func (b *budget) spare(q *quota, now time.Time) error {
	until := q.reserved(now, b.reserved)
	if until.IsZero() {
		return nil
	}
	return &freightdiff.Unavailable{
		Reason: fmt.Sprintf("GitHub's rate limit is nearly used up; what is left of it is kept for commands until %s UTC.", until.UTC().Format("15:04")),
		After:  until.Sub(now),
		Err:    &overBudget{by: b},
	}
}
