package terminal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/terminal"
)

// scripted is a bot that answers as it is told.
type scripted struct {
	answer bot.Answer
	follow func(context.Context) (*v1alpha1.Shipment, error)
	asked  []string
}

func (s *scripted) Ask(_ context.Context, line string) bot.Answer {
	s.asked = append(s.asked, line)
	return s.answer
}

func (s *scripted) Follow(ctx context.Context, _ *v1alpha1.Shipment) (*v1alpha1.Shipment, error) {
	return s.follow(ctx)
}

func (s *scripted) Card(shipment *v1alpha1.Shipment) chatops.Card {
	return chatops.Card{Title: "now: " + string(shipment.Status.Phase), State: chatops.StateInfo}
}

func refusal(code chatops.ProblemCode) bot.Answer {
	p := &chatops.Problem{Code: code, Title: "Because of " + string(code)}
	return bot.Answer{Card: p.Card(), Problem: p}
}

func accepted() bot.Answer { return bot.Answer{Card: cards.Accepted(asked(), nil), Shipment: asked()} }

func ended(s *v1alpha1.Shipment, err error) func(context.Context) (*v1alpha1.Shipment, error) {
	return func(context.Context) (*v1alpha1.Shipment, error) { return s, err }
}

// untilDone waits as Follower does.
func untilDone(ctx context.Context) (*v1alpha1.Shipment, error) {
	<-ctx.Done()
	return asked(), context.Cause(ctx)
}

func TestSession(t *testing.T) {
	done := standing(succeeded, succeeded, succeeded, succeeded)
	aborted := standing(v1alpha1.PhaseAborted, succeeded, v1alpha1.PhaseAborted, v1alpha1.PhaseNotReached)
	gone, stop := context.WithCancel(context.Background())
	stop()
	for name, test := range map[string]struct {
		ctx     context.Context
		answer  bot.Answer
		follow  func(context.Context) (*v1alpha1.Shipment, error)
		timeout time.Duration
		ends    terminal.Ending
		prints  string
		notes   string
	}{
		"answered":          {nil, bot.Answer{Card: status()}, nil, time.Hour, terminal.Done, "What runs where", ""},
		"not understood":    {nil, refusal(chatops.CodeUsage), nil, time.Hour, terminal.Misunderstood, "Because of usage", ""},
		"no command":        {nil, refusal(chatops.CodeUnknownCommand), nil, time.Hour, terminal.Misunderstood, "Because of unknown_command", ""},
		"refused":           {nil, refusal(chatops.CodeForbidden), nil, time.Hour, terminal.Refused, "Because of forbidden", ""},
		"broken":            {nil, refusal(chatops.CodeUnavailable), nil, time.Hour, terminal.Failed, "Because of unavailable", ""},
		"recorded":          {nil, accepted(), nil, 0, terminal.Done, "On its way: red, blue to production", ""},
		"ended well":        {nil, accepted(), ended(done, nil), time.Hour, terminal.Done, "now: Succeeded", "On its way"},
		"failed":            {nil, accepted(), ended(failed(), nil), time.Hour, terminal.Failed, "now: Failed", "On its way"},
		"aborted":           {nil, accepted(), ended(aborted, nil), time.Hour, terminal.Failed, "now: Aborted", "On its way"},
		"took too long":     {nil, accepted(), untilDone, time.Millisecond, terminal.Running, "now:", "still running: Shipment promote-red-production-7f3c9a1b2c3d (kubectl -n microsvcs get shipment promote-red-production-7f3c9a1b2c3d), after 1ms"},
		"broken off":        {gone, accepted(), untilDone, time.Hour, terminal.Failed, "now:", "still running: Shipment promote-red-production-7f3c9a1b2c3d"},
		"deleted":           {nil, accepted(), ended(asked(), terminal.ErrGone), time.Hour, terminal.Failed, "now:", "Somebody has deleted"},
		"can't be followed": {nil, accepted(), ended(asked(), errors.New("forbidden")), time.Hour, terminal.Failed, "now:", "does not let you see how it goes on; still running"},
	} {
		if test.ctx == nil {
			test.ctx = t.Context()
		}
		for _, isJSON := range []bool{false, true} {
			var out, notes bytes.Buffer
			b := &scripted{answer: test.answer, follow: test.follow}
			ending, err := terminal.Session{
				Bot: b, Out: &out, Notes: &notes, JSON: isJSON, Wait: test.timeout > 0, Timeout: test.timeout,
			}.Run(test.ctx, "promote red production")
			if err != nil || ending != test.ends || len(b.asked) != 1 || b.asked[0] != "promote red production" {
				t.Errorf("%s: ended with %d, %v; asked %q", name, ending, err, b.asked)
			}
			printed := out.String()
			if isJSON {
				var d terminal.Document
				if err := json.Unmarshal(out.Bytes(), &d); err != nil {
					t.Errorf("%s: %v in %s", name, err, out.String())
				}
				printed = d.Card.Title
			}
			if !strings.Contains(printed, test.prints) || !strings.Contains(notes.String(), test.notes) || test.notes == "" && notes.Len() > 0 {
				t.Errorf("%s: printed:\n%s\nand said:\n%s", name, out.String(), notes.String())
			}
		}
	}
}

// full is a disk on which there is no room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestAnAnswerThatCanNotBePrintedIsAnError(t *testing.T) {
	b := &scripted{answer: bot.Answer{Card: status()}}
	if _, err := (terminal.Session{Bot: b, Out: full{}, Notes: full{}}).Run(t.Context(), "status"); err == nil {
		t.Error("it is none")
	}
}
