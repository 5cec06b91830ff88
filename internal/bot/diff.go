package bot

import (
	"context"
	"errors"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// diff tells what Freight would change in an environment, or what differs between two.
func (b *Bot) diff(ctx context.Context, r Request, c chatops.Diff) (Answer, error) {
	target, err := b.Library.Find(ctx, c.Service, c.Environment)
	if err != nil {
		return Answer{}, err
	}
	var diff answers.Diff
	if c.With != "" && b.Library.HasEnvironment(target, c.With) {
		diff, err = b.between(ctx, target, c)
	} else {
		diff, err = b.would(ctx, target, c)
	}
	if p, ok := errors.AsType[*chatops.Problem](err); ok && p.Code == chatops.CodeAlreadyThere {
		// Asked what would change, that nothing would is an answer.
		same := newDiff(target, kargo.Running(target), kargo.Running(target))
		return Answer{Card: chatops.Card{Title: "Nothing would change: " + p.Title, State: chatops.StateInfo, Body: p.Body}, Data: same}, nil
	}
	if err != nil {
		return Answer{}, err
	}
	return Answer{Card: cards.Diff(diff, paging(r, 1, ""), b.Links), Data: diff}, nil
}

// between compares what two environments run.
func (b *Bot) between(ctx context.Context, target kargo.Target, c chatops.Diff) (answers.Diff, error) {
	other, err := b.Library.Find(ctx, c.Service, c.With)
	if err != nil {
		return answers.Diff{}, err
	}
	from, to := kargo.Running(target), kargo.Running(other)
	if len(from) == 0 && len(to) == 0 {
		return answers.Diff{}, &chatops.Problem{
			Code:  chatops.CodeNoFreight,
			Title: target.Service + " runs neither in " + target.Environment + " nor in " + other.Environment + " yet.",
		}
	}
	diff := newDiff(target, from, to)
	diff.From, diff.To = first(from, target.Service), first(to, target.Service)
	diff.OtherEnvironment, diff.OtherStage = other.Environment, other.Stage.Name
	return diff, nil
}

// would compares what an environment runs with Freight that might go there: what is named, else what
// comes next.
func (b *Bot) would(ctx context.Context, target kargo.Target, c chatops.Diff) (answers.Diff, error) {
	now := b.Now()
	find := func() (*kargoapi.Freight, error) { return b.Library.Next(ctx, target, now) }
	if c.With != "" {
		find = func() (*kargoapi.Freight, error) { return b.Library.Lookup(ctx, target, c.With, now) }
	}
	freight, err := find()
	if err != nil {
		return answers.Diff{}, err
	}
	// A promotion replaces what runs of the same Warehouse, and leaves the rest.
	var from []kargoapi.FreightReference
	for _, ref := range kargo.Running(target) {
		if ref.Origin == freight.Origin {
			from = append(from, ref)
		}
	}
	diff := newDiff(target, from, []kargoapi.FreightReference{kargo.Reference(freight)})
	to := kargo.Describe(freight, target.Service)
	diff.From, diff.To = first(from, target.Service), &to
	going := kargo.Going(target, freight, now)
	diff.There, diff.Lacks = going.There, going.Why
	return diff, nil
}

func newDiff(target kargo.Target, from, to []kargoapi.FreightReference) answers.Diff {
	changes := freightdiff.Compare(from, to)
	return answers.Diff{
		Project: target.Project, Service: target.Service, Environment: target.Environment, Stage: target.Stage.Name,
		Changes: changes.Artifacts, Same: changes.Same,
	}
}

// first names the first of what runs.
func first(refs []kargoapi.FreightReference, service string) *answers.Freight {
	if len(refs) == 0 {
		return nil
	}
	return &answers.Freight{Name: refs[0].Name, Version: kargo.Version(refs[0], service), Origin: refs[0].Origin.String()}
}
