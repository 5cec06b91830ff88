package bot

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// diff tells what Freight would change in an environment, or what differs between two, or between two
// Freight.
func (b *Bot) diff(ctx context.Context, r Request, c chatops.Diff) (Answer, error) {
	target, err := b.Library.Find(ctx, c.Service, c.Environment)
	if p, ok := errors.AsType[*chatops.Problem](err); ok && p.Code == chatops.CodeUnknownEnvironment && c.With != "" {
		return b.pair(ctx, r, c, p)
	}
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
		same := contents.Diff(target, kargo.Running(target), kargo.Running(target))
		return Answer{Card: chatops.Card{Title: "Nothing would change: " + p.Title, State: chatops.StateInfo, Body: p.Body}, Data: same}, nil
	}
	if err != nil {
		return Answer{}, err
	}
	return b.answerDiff(ctx, r, diff), nil
}

// pair compares two Freight. If the first of the two is none, it was meant to be an environment.
func (b *Bot) pair(ctx context.Context, r Request, c chatops.Diff, noEnvironment *chatops.Problem) (Answer, error) {
	pair, err := b.Library.Pair(ctx, c.Service, c.Environment, c.With, b.Now())
	if p, ok := errors.AsType[*chatops.Problem](err); ok && p.Code == chatops.CodeUnknownFreight && pair.From == nil {
		return Answer{}, noEnvironment
	}
	if err != nil {
		return Answer{}, err
	}
	changes := freightdiff.Compare(
		[]kargoapi.FreightReference{kargo.Reference(pair.From)}, []kargoapi.FreightReference{kargo.Reference(pair.To)})
	from, to := kargo.Describe(pair.From, pair.Service), kargo.Describe(pair.To, pair.Service)
	return b.answerDiff(ctx, r, answers.Diff{
		Project: pair.Project, Service: pair.Service, From: &from, To: &to, Changes: changes.Artifacts, Same: changes.Same,
	}), nil
}

// answerDiff adds to a diff what changes behind the artifacts, as far as that can be found out in time.
func (b *Bot) answerDiff(ctx context.Context, r Request, diff answers.Diff) Answer {
	inTime, cancel := context.WithTimeout(ctx, patience(r))
	defer cancel()
	diff = b.lookBehind(inTime, diff)
	answer := Answer{Card: cards.Diff(diff, paging(r, 1, ""), b.Links), Data: diff}
	switch {
	case inTime.Err() == nil:
	case r.Actor.Source == chatops.SourceSlack:
		answer.Card.Body = append(answer.Card.Body, chatops.Line(chatops.Plain("GitHub is still being asked: the whole answer follows in a moment.")))
		answer.More = func(ctx context.Context) Answer {
			diff := b.lookBehind(ctx, diff)
			more := Answer{Card: cards.Diff(diff, paging(r, 1, ""), b.Links), Data: diff}
			if ctx.Err() != nil {
				more.Card.Body = append(more.Card.Body, askAgain())
			}
			return more
		}
	default:
		answer.Card.Body = append(answer.Card.Body, askAgain())
	}
	return answer
}

// askAgain says what to do about what GitHub has not told in time.
func askAgain() chatops.Text {
	return chatops.Line(chatops.Plain("GitHub is still being asked: ask again in a moment, and all of it is here."))
}

// lookBehind finds out what changes behind the artifacts of a diff.
func (b *Bot) lookBehind(ctx context.Context, diff answers.Diff) answers.Diff {
	var both sync.WaitGroup
	asked := diff // what either is found out from: diff is written to meanwhile
	if b.Code != nil {
		both.Go(func() { diff.Code = b.Code.Changes(ctx, asked.Project, asked.Service, asked.Changes) })
	}
	if b.Manifests != nil && diff.Environment != "" && diff.OtherEnvironment == "" && !diff.There {
		both.Go(func() { diff.Manifests = b.Manifests.Of(ctx, asked) })
	}
	both.Wait()
	return diff
}

// patience is how long a person waits for what has to be asked elsewhere. Slack and GitHub give up on the
// bot after 3 and 10 seconds.
func patience(r Request) time.Duration {
	switch r.Actor.Source {
	case chatops.SourceSlack:
		return 1500 * time.Millisecond
	case chatops.SourceGitHub:
		return 5 * time.Second
	default:
		return 30 * time.Second
	}
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
	diff := contents.Diff(target, from, to)
	diff.From, diff.To = contents.First(from, target.Service), contents.First(to, target.Service)
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
	diff := contents.Promotion(target, kargo.Running(target), freight)
	going := kargo.Going(target, freight, now)
	diff.There, diff.Lacks = going.There, going.Why
	return diff, nil
}
