package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Catalogue finds Stages and Promotions and chooses Freight.
type Catalogue interface {
	// Select finds the Stages of several services, or of all.
	Select(ctx context.Context, services []string, environment string) ([]kargo.Target, error)
	// Places finds all Stages of one service.
	Places(ctx context.Context, service string) ([]kargo.Target, error)
	// Choose chooses what can go now.
	Choose(ctx context.Context, target kargo.Target, wanted string, now time.Time) (*kargoapi.Freight, error)
	// Through chooses what can go once it has passed the Stages before.
	Through(ctx context.Context, target kargo.Target, wanted string, now time.Time) (kargo.Walk, error)
	// Previous chooses what ran before.
	Previous(ctx context.Context, target kargo.Target, wanted string, now time.Time) (*kargoapi.Freight, error)
	// Lookup finds Freight by a word, be it able to go or not.
	Lookup(ctx context.Context, target kargo.Target, word string, now time.Time) (*kargoapi.Freight, error)
	// Candidate chooses what Kargo would promote by itself.
	Candidate(ctx context.Context, target kargo.Target, origin kargoapi.FreightOrigin, now time.Time) (*kargoapi.Freight, error)
	// NewestOf finds the newest Freight of a Warehouse.
	NewestOf(ctx context.Context, target kargo.Target, warehouse string) (string, error)
	// Unfinished finds the Promotions that run or wait.
	Unfinished(ctx context.Context, target kargo.Target) ([]string, error)
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
	Queries

	Catalogue   Catalogue
	People      People
	Permissions Permissions
	// Shipments writes Shipments, and Subscriptions.
	Shipments client.Writer
	// Cache reads Shipments from the cache.
	Cache client.Reader
	// Quorum reads them from the API server itself, never from a cache.
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
	answer, err := b.dispatch(ctx, r, command)
	if err != nil {
		return refused(b.withUsage(asProblem(err), command)), command.Name()
	}
	return answer, command.Name()
}

// dispatch hands a command to its use case.
func (b *Bot) dispatch(ctx context.Context, r Request, command chatops.Command) (Answer, error) {
	switch c := command.(type) {
	case chatops.Promote:
		return b.promote(ctx, r, c)
	case chatops.Rollback:
		return b.rollback(ctx, r, c)
	case chatops.Abort:
		return b.abort(ctx, r, c)
	case chatops.Verify:
		return b.verify(ctx, r, c)
	case chatops.Refresh:
		return b.refresh(ctx, r, c)
	case chatops.Resume:
		return b.resume(ctx, r, c)
	case chatops.ApproveFreight:
		return b.approveFreight(ctx, r, c)
	case chatops.Help:
		return b.help(c)
	}
	if answer, handled, err := b.query(ctx, r, command); handled {
		return answer, err
	}
	return Answer{}, &chatops.Problem{
		Code:  chatops.CodeInternal,
		Title: fmt.Sprintf("I don't know how to /%s, so I did nothing.", command.Name()),
	}
}

// withUsage adds the usage line to a problem with a word that was typed.
func (b *Bot) withUsage(p *chatops.Problem, command chatops.Command) *chatops.Problem {
	typed := []chatops.ProblemCode{chatops.CodeUnknownService, chatops.CodeUnknownEnvironment, chatops.CodeUsage}
	if p.Usage == "" && slices.Contains(typed, p.Code) {
		p.Usage = chatops.Usage(command.Name())
	}
	return p
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
