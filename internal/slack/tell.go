package slack

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// How often and for how long the bot tries to tell who clicked what came of it. Slack is not waiting for
// that, but the server is when it shuts down.
const (
	tellTime  = 8 * time.Second
	tellTries = 3
	tellWait  = time.Second
)

// tell answers a click. That it can't is logged and no more: what was recorded is reported by its card.
func (i *Interactions) tell(ctx context.Context, c click, card chatops.Card) {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	m := renderCard(card, note{})
	for try := 1; ; try++ {
		err := i.respond(ctx, c.responseURL, m, c.ephemeral)
		if err == nil {
			return
		}
		if try == tellTries || isClosed(err) || !i.pause(ctx, waitAfter(err)) {
			i.o.Log.WarnContext(ctx, "slack click not answered", "team", c.origin.Team, "channel", c.origin.Channel,
				"user", c.origin.User, "tries", try, "error", err)
			return
		}
	}
}

// waitAfter returns how long to wait after an error: as long as Slack asks, or about tellWait.
func waitAfter(err error) time.Duration {
	if limited, ok := errors.AsType[*rateLimited](err); ok {
		return limited.after
	}
	return tellWait/2 + rand.N(tellWait) //nolint:gosec // jitter needs no secrecy
}

// pause waits; false, and at once, if the context ends before that.
func pause(ctx context.Context, d time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return false
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
