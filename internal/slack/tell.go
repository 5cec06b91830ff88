package slack

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// moreTime is for how long the rest of an answer is found out after the first part is out. The server waits
// for that, too, when it shuts down.
const moreTime = 5 * time.Second

// How often and for how long the bot tries to tell who asked what came of it. Slack is not waiting for
// that, but the server is when it shuts down.
const (
	tellTime  = 8 * time.Second
	tellTries = 3
	tellWait  = time.Second
)

// teller answers people through the response_url of their request.
type teller struct {
	respond func(ctx context.Context, responseURL string, m rendered, replace bool) error
	pause   func(ctx context.Context, d time.Duration) bool
	log     *slog.Logger
}

func newTeller(c *Client, log *slog.Logger) teller {
	return teller{respond: c.respond, pause: pause, log: log}
}

// tell says a card to whoever asked, in place of the message that they asked from if replace says so. That
// it can't is logged and no more: what was recorded is reported by its card.
func (s teller) tell(ctx context.Context, origin v1alpha1.SlackOrigin, responseURL string, card chatops.Card, replace bool) {
	ctx, cancel := context.WithTimeout(ctx, tellTime)
	defer cancel()
	m := renderCard(card, note{})
	for try := 1; ; try++ {
		err := s.respond(ctx, responseURL, m, replace)
		if err == nil {
			return
		}
		if try == tellTries || isClosed(err) || !s.pause(ctx, waitAfter(err)) {
			s.log.WarnContext(ctx, "slack request not answered", "team", origin.Team, "channel", origin.Channel,
				"user", origin.User, "tries", try, "error", err)
			return
		}
	}
}

// more returns the rest of an answer, or its first part again if that took too long.
func more(ctx context.Context, first bot.Answer) chatops.Card {
	ctx, cancel := context.WithTimeout(ctx, moreTime)
	defer cancel()
	return first.More(ctx).Card
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
