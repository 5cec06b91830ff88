package github

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// share is what part of GitHub's limits reads may use.
type share struct {
	// perMinute is how many there may be. GitHub allows 900 points a minute, of which a read costs 1 and a write 5.
	perMinute int
	// burst is how many of them may come at once, and atOnce bounds those under way: the rest of maxConcurrent
	// is for what people asked for.
	burst, atOnce int
	// reserved is how much of an hour's calls they leave to others, in percent.
	reserved int
}

// interactive is the share of reads that somebody waits for. With background, it leaves 300 points a minute to
// commands: 60 comments and reactions.
func interactive() share { return share{perMinute: 400, burst: 100, atOnce: 20, reserved: 15} }

// background is the share of reads that nobody waits for.
func background() share { return share{perMinute: 200, burst: 40, atOnce: 10, reserved: 30} }

// longestQueue is the longest that a read waits for its turn.
const longestQueue = 10 * time.Second

// budget holds reads back, so that they never keep commands from being answered.
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
		return &freightdiff.Unavailable{Reason: "Too much is read from GitHub right now; it is asked again in a moment.", After: wait}
	}
	return nil
}

// enter waits for a read's turn. Then leave must be called. The error is an *freightdiff.Unavailable, or
// that of the context.
func (b *budget) enter(ctx context.Context, q *quota) (leave func(), err error) {
	now := b.now()
	if err := spare(q, now, b.reserved); err != nil {
		return nil, err
	}
	turn := b.limiter.ReserveN(now, 1)
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

// spare returns an *freightdiff.Unavailable if no more remains of a quota than that part, in percent, which is
// kept for others.
func spare(q *quota, now time.Time, reserved int) error {
	until := q.reserved(now, reserved)
	if until.IsZero() {
		return nil
	}
	return &freightdiff.Unavailable{
		Reason: fmt.Sprintf("GitHub's rate limit is nearly used up; what is left of it is kept for commands until %s UTC.", until.UTC().Format("15:04")),
		After:  until.Sub(now),
	}
}
