package bot

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Library answers questions about what there is, from caches alone.
type Library interface {
	Find(ctx context.Context, service, environment string) (kargo.Target, error)
	Scope(ctx context.Context, services []string, environment string) (kargo.Scope, error)
	Overview(ctx context.Context, scope kargo.Scope, now time.Time) (answers.Status, error)
	FreightList(ctx context.Context, service, environment string, now time.Time) (answers.FreightList, error)
	History(ctx context.Context, target kargo.Target) (answers.History, error)
	Inventory(ctx context.Context) ([]kargo.Inventory, error)
	HasEnvironment(target kargo.Target, word string) bool
	Lookup(ctx context.Context, target kargo.Target, word string, now time.Time) (*kargoapi.Freight, error)
	Next(ctx context.Context, target kargo.Target, now time.Time) (*kargoapi.Freight, error)
	Pair(ctx context.Context, service, from, to string, now time.Time) (kargo.Pair, error)
}

// Rights tells on which of many Stages a subject may use a verb.
type Rights interface {
	Survey(ctx context.Context, subject access.Subject, verb string, realms []access.Realm) ([]access.Grants, error)
}

// Doctor looks for what is wrong.
type Doctor interface {
	Examine(ctx context.Context, service string) (answers.Diagnosis, error)
}

// Queries are what questions are answered from.
type Queries struct {
	Library Library
	Rights  Rights
	Doctor  Doctor
	// Code may be nil: then nothing is said of commits.
	Code contents.Code
	// Manifests may be nil: then nothing is said of manifests.
	Manifests Manifests
}

// Manifests tells what becomes of rendered manifests; nil if there is nothing to say.
type Manifests interface {
	Of(ctx context.Context, d answers.Diff) *answers.Manifests
}

// query answers a command that needs no permission but to be somebody: what changes nothing, or only what the person
// is told. It reports false for any other.
func (b *Bot) query(ctx context.Context, r Request, command chatops.Command) (answer Answer, handled bool, err error) {
	// Each takes the person, since who is nobody to Kubernetes is told nothing about what there is.
	var reply func(context.Context, access.Subject) (Answer, error)
	switch c := command.(type) {
	case chatops.Status:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.status(ctx, r, c) }
	case chatops.Freight:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.freight(ctx, r, c) }
	case chatops.History:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.history(ctx, r, c) }
	case chatops.Diff:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.diff(ctx, r, c) }
	case chatops.Doctor:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.examine(ctx, r, c) }
	case chatops.WhoAmI:
		reply = func(ctx context.Context, subject access.Subject) (Answer, error) { return b.whoami(ctx, r, subject) }
	case chatops.Subscribe:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.subscribe(ctx, r, c) }
	case chatops.Unsubscribe:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.unsubscribe(ctx, r) }
	case chatops.Subscriptions:
		reply = func(ctx context.Context, _ access.Subject) (Answer, error) { return b.subscriptions(ctx, r) }
	default:
		return Answer{}, false, nil
	}
	subject, err := b.People.Subject(ctx, r.Actor)
	if err != nil {
		return Answer{}, true, err
	}
	answer, err = reply(ctx, subject)
	return answer, true, err
}

// paging returns which part of a long answer the person is shown: in a terminal, all of it.
func paging(r Request, page int, command string) cards.Paging {
	if r.Actor.Source == chatops.SourceTerminal {
		return cards.Paging{Command: command}
	}
	return cards.Paging{Page: max(page, 1), Command: command}
}
