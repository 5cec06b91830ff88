package pullrequest

import (
	"context"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// marker is hidden in the one comment of a pull request.
const marker = "kargo-bot:pull"

// follow makes the comment of a pull request say how things are. It makes no call if it does already.
func (f *Follower) follow(ctx context.Context, key Key) (time.Duration, error) {
	e, known := f.tracked.get(key)
	if !known || e.stale {
		// What is said of it while it is being read is read again.
		f.tracked.update(key, func(e *entry) { e.stale = false })
		pull, err := f.Forge.PullRequest(ctx, key.Repo, key.Number)
		if err != nil {
			f.tracked.update(key, func(e *entry) { e.stale = true })
			return 0, err
		}
		f.tracked.update(key, func(e *entry) { e.pull = pull.slim() })
		e, _ = f.tracked.get(key)
	}
	if !f.matters(e.pull) {
		f.tracked.forget(key)
		return 0, nil
	}
	if e.isMuted(f.Now()) || !f.maySpeak(ctx, key, e.pull) {
		return 0, nil
	}
	if !e.isLookedFor {
		if err := f.lookFor(ctx, key, &e); err != nil || e.muted {
			return 0, err
		}
	}
	said, err := f.say(ctx, key, e)
	switch {
	case err != nil:
		return 0, err
	case said.card.Title == "" && (e.comment == 0 || !said.gone):
		return 0, nil
	case said.card.Title == "":
		said.card = cards.PullOfNoService()
	case said.transient && e.looks < unknownLooks:
		wait := unknownAgain
		for range e.looks {
			wait *= 3
		}
		f.tracked.update(key, func(e *entry) { e.looks++ })
		return wait, nil
	}
	f.tracked.update(key, func(e *entry) { e.looks = 0 })
	if said.transient {
		said.again = passInterval
	}
	return said.again, f.write(ctx, key, e, said)
}

// maySpeak reports whether anything may be said on a pull request: on a public repository, everybody reads it.
func (f *Follower) maySpeak(ctx context.Context, key Key, pull Pull) bool {
	if !pull.Public || f.Speaks == nil || f.Speaks(key.Repo) {
		return true
	}
	f.Log.DebugContext(ctx, "pull requests of a public repository are not commented on", "repo", key.Repo, "pull", key.Number)
	return false
}

// adopted is how long before it is first seen a pull request may have been merged to be spoken of. What was
// merged before that, and has no comment, was merged when there was no bot: nobody waits to hear of it.
const adopted = 24 * time.Hour

// lookFor finds the comment of a pull request.
func (f *Follower) lookFor(ctx context.Context, key Key, e *entry) error {
	id, settled, err := f.Forge.Said(ctx, key.Repo, key.Number, marker)
	if err != nil {
		return fmt.Errorf("find the comment on %s#%d: %w", key.Repo, key.Number, err)
	}
	e.isLookedFor, e.comment, e.settled = true, id, settled
	e.muted = id == 0 && e.pull.Merged && f.Now().Sub(e.pull.MergedAt) > adopted
	f.tracked.update(key, func(known *entry) {
		known.isLookedFor, known.comment, known.settled, known.muted = true, e.comment, e.settled, e.muted
	})
	return nil
}

// write makes the comment say something, if it does not already. A change that is where it was meant to go is
// not spoken of again when something newer follows it there.
func (f *Follower) write(ctx context.Context, key Key, e entry, said saying) error {
	hash := notify.Message{Card: said.card}.Hash()
	if hash == e.said || said.settled && e.settled {
		return nil
	}
	remark := Remark{Marker: marker, Settled: said.settled, Card: said.card}
	id, err := f.Forge.Comment(ctx, key.Repo, key.Number, remark, e.comment)
	if err != nil {
		return fmt.Errorf("comment on %s#%d: %w", key.Repo, key.Number, err)
	}
	f.tracked.update(key, func(e *entry) { e.comment, e.said, e.settled, e.muted = id, hash, said.settled, false })
	return nil
}

// saying is what is to be said on a pull request. A card without a title means nothing.
type saying struct {
	card chatops.Card
	// transient says that the card lacks something that may well be known if it is asked for again.
	transient bool
	// settled says that nothing is left to be said, unless something is taken back.
	settled bool
	// gone says that the pull request has nothing to do with any service, though it may have had.
	gone bool
	// again is after how long it is to be looked at again; 0 if only when something happens.
	again time.Duration
}

// say finds out what is to be said on a pull request.
func (f *Follower) say(ctx context.Context, key Key, e entry) (saying, error) {
	promoted, isOfOne, err := f.promotion(ctx, key.Repo, e.pull)
	if err != nil || isOfOne {
		return promoted, err
	}
	if e.pull.DefaultBranch != "" && e.pull.BaseRef != e.pull.DefaultBranch {
		// What is deployed comes from the default branch. The pull request that brings this there is the one
		// to tell of it.
		return saying{gone: true}, nil
	}
	all, err := f.servicesIn(ctx, key.Repo)
	if err != nil || len(all) == 0 {
		return saying{}, err
	}
	services, err := f.touched(ctx, key, e, all)
	if err != nil || len(services) == 0 {
		return saying{gone: true}, err
	}
	if e.pull.Merged {
		return f.whereabouts(ctx, key.Repo, e.pull, services)
	}
	return f.preview(ctx, key.Repo, e.pull, services)
}
