package github

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

const (
	// readsPerMinute bounds the reads of source code. GitHub allows 900 points a minute, of which a read
	// costs 1 and a write 5: what is left is for 60 comments and reactions.
	readsPerMinute = 600
	// readsBurst is how many of them may come at once.
	readsBurst = 100
	// readsAtOnce bounds those under way: the rest of maxConcurrent is for what people asked for.
	readsAtOnce = 20
	// longestQueue is the longest that a read waits for its turn.
	longestQueue = 10 * time.Second
)

// budget holds reads back, so that they never keep commands from being answered.
type budget struct {
	now     func() time.Time
	limiter *rate.Limiter
	slots   chan struct{}
}

func newBudget(now func() time.Time) *budget {
	return &budget{
		now:     now,
		limiter: rate.NewLimiter(rate.Every(time.Minute/readsPerMinute), readsBurst),
		slots:   make(chan struct{}, readsAtOnce),
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
	if err := spare(q, now); err != nil {
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

// spare returns an *freightdiff.Unavailable if what remains of a quota is kept for commands.
func spare(q *quota, now time.Time) error {
	until := q.reserved(now)
	if until.IsZero() {
		return nil
	}
	return &freightdiff.Unavailable{
		Reason: fmt.Sprintf("GitHub's rate limit is nearly used up; what is left of it is kept for commands until %s UTC.", until.UTC().Format("15:04")),
		After:  until.Sub(now),
	}
}
