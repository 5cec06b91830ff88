package pullrequest

import (
	"context"
	"fmt"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// marker is hidden in the one comment of a pull request.
const marker = "kargo-bot:pull"

// follow makes the comment of a pull request say how things are. It makes no call if it does already.
func (f *Follower) follow(ctx context.Context, key Key) (time.Duration, error) {
	e, known := f.tracked.get(key)
	if !known || e.stale {
		pull, err := f.Forge.PullRequest(ctx, key.Repo, key.Number)
		if err != nil {
			return 0, err
		}
		f.tracked.update(key, func(e *entry) { e.pull, e.stale = pull, false })
		e, _ = f.tracked.get(key)
	}
	if !f.matters(e.pull) {
		f.tracked.forget(key)
		return 0, nil
	}
	if e.muted {
		return 0, nil
	}
	said, err := f.say(ctx, key, e)
	if err != nil || said.card.Title == "" {
		return 0, err
	}
	if said.transient && e.looks < unknownLooks {
		f.tracked.update(key, func(e *entry) { e.looks++ })
		return unknownAgain, nil
	}
	f.tracked.update(key, func(e *entry) { e.looks = 0 })
	again := time.Duration(0)
	if said.transient {
		again = passInterval
	}
	hash := notify.Message{Card: said.card}.Hash()
	if hash == e.said {
		return again, nil
	}
	id, err := f.Forge.Comment(ctx, key.Repo, key.Number, marker, said.card, e.comment)
	if err != nil {
		return 0, fmt.Errorf("comment on %s#%d: %w", key.Repo, key.Number, err)
	}
	f.tracked.update(key, func(e *entry) { e.comment, e.said = id, hash })
	return again, nil
}

// saying is what is to be said on a pull request. A card without a title means nothing.
type saying struct {
	card chatops.Card
	// transient says that the card lacks something that may well be known if it is asked for again.
	transient bool
}

// say finds out what is to be said on a pull request.
func (f *Follower) say(ctx context.Context, key Key, e entry) (saying, error) {
	promoted, err := f.promotion(ctx, e.pull)
	if err != nil || promoted.card.Title != "" {
		return promoted, err
	}
	if e.pull.DefaultBranch != "" && e.pull.BaseRef != e.pull.DefaultBranch {
		// What is deployed comes from the default branch. The pull request that brings this there is the one
		// to tell of it.
		return saying{}, nil
	}
	services, err := f.touched(ctx, key, e)
	if err != nil || len(services) == 0 {
		return saying{}, err
	}
	if e.pull.Merged {
		return f.whereabouts(ctx, key.Repo, e.pull, services)
	}
	return f.preview(ctx, key.Repo, e.pull, services)
}
