package bot

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// order is a command that changes something, on its way to a Shipment.
type order struct {
	request  Request
	mutation chatops.Mutation
	action   v1alpha1.ShipmentAction
	// words are the services as they were named, and environment is where.
	words       []string
	environment string
	// partial says that those that can go are to go without the others.
	partial bool
	// any says that the order is about all targets at once, and that who may promote to any of them
	// may have it carried out.
	any bool
	// doing says what the person wants to do, for "You can't …": "promote to production".
	doing func(environment string) string
	// plan says what is to be done with a target. What stands in its way is a *chatops.Problem.
	plan func(ctx context.Context, t kargo.Target) ([]v1alpha1.ShipmentItem, error)
	// summarize says the request in one line, for people.
	summarize func(items []v1alpha1.ShipmentItem) string
}

// planned is what is to be done with one target, or why nothing can be.
type planned struct {
	target   kargo.Target
	items    []v1alpha1.ShipmentItem
	decision access.Decision
	problem  *chatops.Problem
}

// plansAtOnce bounds how many targets are looked at at once. Nearly all of the time goes into asking
// the API server for permission.
const plansAtOnce = 8

// fewTargets is up to how many targets each refusal also says who could.
const fewTargets = 3

// carryOut makes an order's Shipment, or tells why not.
func (b *Bot) carryOut(ctx context.Context, o order) (Answer, error) {
	return b.carryOutAt(ctx, o, func(ctx context.Context) ([]kargo.Target, error) {
		return b.Catalogue.Select(ctx, o.words, o.environment)
	})
}

// carryOutAt is carryOut for targets that are found in another way.
func (b *Bot) carryOutAt(ctx context.Context, o order, find func(context.Context) ([]kargo.Target, error)) (Answer, error) {
	// Who asks comes first: who is nobody to Kubernetes is told nothing about what there is.
	subject, who := b.People.Subject(ctx, o.request.Actor)
	if p, ok := errors.AsType[*chatops.Problem](who); ok && p.Refusal() {
		return Answer{}, p
	}
	targets, err := find(ctx)
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	if err = who; err == nil {
		answer, err = b.prepare(ctx, o, subject, targets)
	}
	if err == nil && answer.Problem == nil {
		return answer, nil
	}
	// What now stands in the way may follow from the first try of this very request.
	if earlier := b.earlier(ctx, o, targets); earlier != nil {
		return b.accepted(o, earlier, nil), nil
	}
	return answer, err
}

// prepare plans an order and ships it, if that is what the plan comes to.
func (b *Bot) prepare(ctx context.Context, o order, subject access.Subject, targets []kargo.Target) (Answer, error) {
	if o.any {
		permitted, err := b.firstPermitted(ctx, o, subject, targets)
		if err != nil {
			return Answer{}, err
		}
		targets = []kargo.Target{permitted}
	}
	plans, err := b.planAll(ctx, o, subject, targets)
	if err != nil {
		return Answer{}, err
	}
	if len(plans) == 1 && plans[0].problem != nil {
		return Answer{}, plans[0].problem
	}
	draft := drafted(plans)
	switch {
	case len(draft.going) == 0:
		return Answer{}, draft.nothing()
	case len(draft.items()) > maxItems:
		return Answer{}, &chatops.Problem{
			Code:  chatops.CodeTooMany,
			Title: fmt.Sprintf("That is too much at once: %d; the most is %d.", len(draft.items()), maxItems),
		}
	}
	s := newShipment(o, draft, targets)
	switch {
	case o.mutation.DryRun:
		return b.dryRun(ctx, o, s, draft), nil
	case o.request.Plan != "" && o.request.Plan != draft.digest():
		return ask(o, s, draft, true), nil
	case len(draft.blocked) > 0 && !o.partial:
		return ask(o, s, draft, false), nil
	}
	if err := b.ship(ctx, s); err != nil {
		return Answer{}, err
	}
	return b.accepted(o, s, draft.left()), nil
}

// dryRun says what an order would do, and what would ship with it as far as that can be found out in time.
func (b *Bot) dryRun(ctx context.Context, o order, s *v1alpha1.Shipment, d draft) Answer {
	if b.Code != nil && s.Spec.Action.Promotes() {
		ctx, cancel := context.WithTimeout(ctx, patience(o.request))
		defer cancel()
		found, err := contents.Describe(ctx, b.Cache, b.Code, s, b.Now())
		if err != nil {
			b.Log.Warn("what would ship could not be found out", "request", s.Spec.Summary, "error", err)
		}
		s.Status.Contents = found
	}
	partly := len(d.blocked) > 0 && !o.partial
	answer := Answer{Card: cards.Plan(s, d.left(), partly, b.Links), Planned: s, Left: d.left()}
	if partly {
		answer.Problem = d.partly()
	}
	return answer
}

// accepted acknowledges a request that is recorded, or says how it ended if an earlier try of it has.
func (b *Bot) accepted(o order, s *v1alpha1.Shipment, left []cards.Left) Answer {
	if !s.Status.Phase.IsTerminal() {
		return Answer{Card: cards.Accepted(s, left), Shipment: s, Left: left}
	}
	card := cards.Shipment(s, b.Links)
	card.Body = append(card.Body, chatops.Line(
		chatops.Plain("You asked for this before, and that is how it ended. To ask anew, type "), chatops.Code(o.request.Line)))
	return Answer{Card: card, Shipment: s}
}

// planAll plans an order for each of its targets, in their order.
func (b *Bot) planAll(ctx context.Context, o order, subject access.Subject, targets []kargo.Target) ([]planned, error) {
	plans := make([]planned, len(targets))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(plansAtOnce)
	for i, target := range targets {
		group.Go(func() error {
			var err error
			plans[i], err = b.planOne(ctx, o, subject, target, len(targets) > fewTargets)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return plans, nil
}

// planOne checks everything that can be checked before anything is made, in the order in which a
// person would want to hear of it. A problem of the target is part of the plan; an error is not.
func (b *Bot) planOne(ctx context.Context, o order, subject access.Subject, target kargo.Target, brief bool) (planned, error) {
	p := planned{target: target}
	err := b.planItems(ctx, o, subject, brief, &p)
	if problem, ok := errors.AsType[*chatops.Problem](err); ok && problem.Refusal() {
		p.problem = problem
		return p, nil
	}
	return p, err
}

func (b *Bot) planItems(ctx context.Context, o order, subject access.Subject, brief bool, p *planned) error {
	if problem := kargo.Promotable(p.target); problem != nil && !o.any {
		return problem
	}
	var err error
	if p.decision, err = b.permit(ctx, o, subject, p.target, p.target.Stage.Name, brief); err != nil {
		return err
	}
	if p.items, err = o.plan(ctx, p.target); err != nil {
		return err
	}
	for _, item := range p.items {
		for _, stage := range item.Path {
			if stage == p.target.Stage.Name {
				continue
			}
			// On the way there, each Stage is promoted to as well.
			if _, err := b.permit(ctx, o, subject, p.target, stage, brief); err != nil {
				return err
			}
		}
	}
	return nil
}

// firstPermitted returns the first of the targets that the person may promote to, or the refusal for the
// last one.
func (b *Bot) firstPermitted(ctx context.Context, o order, subject access.Subject, targets []kargo.Target) (kargo.Target, error) {
	var refusal error
	for i, t := range targets {
		_, err := b.permit(ctx, o, subject, t, t.Stage.Name, i < len(targets)-1)
		if err == nil {
			return t, nil
		}
		if problem, ok := errors.AsType[*chatops.Problem](err); !ok || !problem.Refusal() {
			return kargo.Target{}, err
		}
		refusal = err
	}
	return kargo.Target{}, refusal
}

// permit asks whether the person may promote to a Stage, which is what Kargo asks of whoever promotes
// to it, aborts or approves.
func (b *Bot) permit(ctx context.Context, o order, subject access.Subject, t kargo.Target, stage string, brief bool) (access.Decision, error) {
	q := access.Question{Verb: access.VerbPromote, Namespace: t.Namespace, Stage: stage, Brief: brief}
	decision, err := b.Permissions.Decide(ctx, subject, q)
	if err != nil {
		return access.Decision{}, err
	}
	if !decision.Allowed {
		refusal := decision.Refusal(q, t.Environment)
		refusal.Title = fmt.Sprintf("You can't %s.", o.doing(t.Environment))
		return access.Decision{}, refusal
	}
	return decision, nil
}
