package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Catalogue finds Stages and chooses Freight.
type Catalogue interface {
	Find(ctx context.Context, service, environment string) (kargo.Target, error)
	Choose(ctx context.Context, target kargo.Target, wanted string, now time.Time) (*kargoapi.Freight, error)
}

// People tells who somebody is to Kubernetes.
type People interface {
	Subject(ctx context.Context, actor chatops.Actor) (access.Subject, error)
}

// Permissions tells what a subject may do.
type Permissions interface {
	Decide(ctx context.Context, subject access.Subject, q access.Question) (access.Decision, error)
}

// Options are what a Bot needs.
type Options struct {
	Catalogue   Catalogue
	People      People
	Permissions Permissions
	// Shipments writes Shipments.
	Shipments client.Writer
	// Quorum reads Shipments from the API server itself, never from a cache.
	Quorum  client.Reader
	Links   cards.Links
	Now     func() time.Time
	Log     *slog.Logger
	Metrics *Metrics
}

// Bot understands requests and turns them into Shipments and answers.
type Bot struct {
	Options
}

// New returns a Bot.
func New(o Options) *Bot { return &Bot{Options: o} }

// Handle answers a request. Whatever goes wrong, the answer has a card that says so. When it has a
// Shipment, that is recorded in the API server: the request can't be lost any more.
func (b *Bot) Handle(ctx context.Context, r Request) Answer {
	start := b.Now()
	answer, name := b.handle(ctx, r)
	b.Metrics.handled(r.Actor.Source, name, answer, b.Now().Sub(start))
	b.record(r, name, answer)
	return answer
}

func (b *Bot) handle(ctx context.Context, r Request) (Answer, string) {
	command, problem := chatops.Parse(r.Line)
	if problem != nil {
		return refused(problem), "unknown"
	}
	var (
		answer Answer
		err    error
	)
	switch c := command.(type) {
	case chatops.Promote:
		answer, err = b.promote(ctx, r, c)
	case chatops.Help:
		answer, err = b.help(c)
	default:
		err = &chatops.Problem{
			Code:  chatops.CodeInternal,
			Title: fmt.Sprintf("I don't know how to /%s, so I did nothing.", c.Name()),
		}
	}
	if err != nil {
		return refused(asProblem(err)), command.Name()
	}
	return answer, command.Name()
}

func (b *Bot) help(c chatops.Help) (Answer, error) {
	card, problem := chatops.HelpCard(c.Topic)
	if problem != nil {
		return Answer{}, problem
	}
	return Answer{Card: card}, nil
}

func refused(p *chatops.Problem) Answer { return Answer{Card: p.Card(), Problem: p} }

// asProblem finds the text for people in an error, or has one for what nobody foresaw.
func asProblem(err error) *chatops.Problem {
	if problem, ok := errors.AsType[*chatops.Problem](err); ok {
		return problem
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &chatops.Problem{
			Code:  chatops.CodeUnavailable,
			Title: "Kubernetes took too long to answer, so I did nothing. Please try again in a minute.",
			Err:   err,
		}
	}
	return &chatops.Problem{
		Code:  chatops.CodeUnavailable,
		Title: "I can't reach Kubernetes right now, so I did nothing. Please try again in a minute.",
		Err:   err,
	}
}

// record logs what was asked and what came of it, with the operator's side of a problem.
func (b *Bot) record(r Request, command string, a Answer) {
	attrs := []any{"source", r.Actor.Source, "actor", r.Actor.ID, "command", command}
	switch {
	case a.Problem != nil && !a.Problem.Refusal():
		b.Log.Error("request not carried out", append(attrs, "code", a.Problem.Code, "error", a.Problem)...)
	case a.Problem != nil:
		b.Log.Info("request refused", append(attrs, "code", a.Problem.Code, "detail", a.Problem)...)
	case a.Shipment != nil:
		b.Log.Info("request accepted", append(attrs, "shipment", a.Shipment.Namespace+"/"+a.Shipment.Name, "request", a.Shipment.Spec.Summary)...)
	default:
		b.Log.Debug("request answered", attrs...)
	}
}
