package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bot is the bot as one person's.
type Bot interface {
	// Ask answers a command line.
	Ask(ctx context.Context, line string) bot.Answer
	// Follow waits for the end of a Shipment, as Follower does.
	Follow(ctx context.Context, s *v1alpha1.Shipment) (*v1alpha1.Shipment, error)
	// Card says how a Shipment stands.
	Card(s *v1alpha1.Shipment) chatops.Card
}

// Session gives one command and prints what comes of it.
type Session struct {
	Bot Bot
	// Out takes the answer, and Notes what is said besides.
	Out, Notes io.Writer
	// JSON prints the answer as a Document, else it is a card. Colour is for cards.
	JSON, Colour bool
	// Wait waits for the end of a Shipment, no longer than Timeout.
	Wait    bool
	Timeout time.Duration
}

// Ending is how a command ended.
type Ending int

// The endings of a command.
const (
	// Done: answered or recorded; or waited for, and it ended well.
	Done Ending = iota
	// Failed: it ended badly, something is broken, or the wait was broken off.
	Failed
	// Misunderstood: it is no command, or none that can be understood.
	Misunderstood
	// Refused: the person can do something about it.
	Refused
	// Running: it has not ended in time.
	Running
)

// errTimeout is the cause of the end of a wait that has taken too long.
var errTimeout = errors.New("the wait has taken too long")

// Run gives a command. Whatever comes of it, there is an answer on Out; the error is that this could not
// be written.
func (s Session) Run(ctx context.Context, line string) (Ending, error) {
	answer := s.Bot.Ask(ctx, line)
	if answer.Shipment == nil || !s.Wait {
		return ending(answer.Problem), s.print(line, answer)
	}
	s.note("%s (Shipment %s)", answer.Card.Title, answer.Shipment.Name)
	timed, cancel := context.WithTimeoutCause(ctx, s.Timeout, errTimeout)
	defer cancel()
	latest, err := s.Bot.Follow(timed, answer.Shipment)
	ended := s.ended(ctx, latest, err)
	answer.Shipment, answer.Card = latest, s.Bot.Card(latest)
	return ended, s.print(line, answer)
}

// ending tells how a command ended that is not waited for.
func ending(p *chatops.Problem) Ending {
	switch {
	case p == nil:
		return Done
	case p.Code == chatops.CodeUsage || p.Code == chatops.CodeUnknownCommand:
		return Misunderstood
	case p.Refusal():
		return Refused
	default:
		return Failed
	}
}

// ended tells how a wait ended, and says so where the Shipment does not.
func (s Session) ended(ctx context.Context, latest *v1alpha1.Shipment, err error) Ending {
	running := fmt.Sprintf("still running: Shipment %s (kubectl -n %s get shipment %[1]s)", latest.Name, latest.Namespace)
	switch {
	case errors.Is(err, errTimeout):
		s.note("%s, after %s", running, s.Timeout)
		return Running
	case ctx.Err() != nil:
		s.note("%s", running)
		return Failed
	case errors.Is(err, ErrGone):
		s.note("Somebody has deleted Shipment %s. What has become of it is not known.", latest.Name)
		return Failed
	case err != nil:
		s.note("Kubernetes does not let you see how it goes on; %s", running)
		return Failed
	case latest.Status.Phase == v1alpha1.PhaseSucceeded || latest.Status.Phase == v1alpha1.PhaseSkipped:
		return Done
	default:
		return Failed
	}
}

func (s Session) note(format string, args ...any) {
	// If nobody reads the notes any more, the answer still counts.
	_, _ = fmt.Fprintln(s.Notes, flat(fmt.Sprintf(format, args...)))
}

func (s Session) print(line string, answer bot.Answer) error {
	text := []byte(Render(answer.Card, s.Colour))
	if s.JSON {
		var err error
		if text, err = NewDocument(line, answer).JSON(); err != nil {
			return err
		}
	}
	if _, err := s.Out.Write(text); err != nil {
		return fmt.Errorf("print the answer: %w", err)
	}
	return nil
}
