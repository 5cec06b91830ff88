package githubfake

import (
	"context"
	"fmt"
	"slices"
)

// Deliveries returns the latest deliveries, oldest first, 3,000 at most.
func (g *GitHub) Deliveries() []Delivery { return g.webhooks.list() }

// Undelivered returns how many events still wait to be delivered in the background:
// what the app itself did, and what it asked to have delivered again.
func (g *GitHub) Undelivered() int {
	g.webhooks.mu.Lock()
	defer g.webhooks.mu.Unlock()
	return g.webhooks.waiting
}

// Redeliver sends an earlier delivery again: the same bytes with the same GUID, signed
// with the secret of today.
func (g *GitHub) Redeliver(ctx context.Context, id int64) (Delivery, error) {
	d, err := g.webhooks.again(id)
	if err != nil {
		return Delivery{}, fmt.Errorf("githubfake: %w", err)
	}
	return g.webhooks.send(ctx, d), nil
}

// Deliver sends any payload as any event, signed and recorded like the others. It does
// not ask whether the app subscribed to it.
func (g *GitHub) Deliver(ctx context.Context, name string, payload []byte) Delivery {
	return g.webhooks.send(ctx, g.webhooks.prepare(&event{name: name, payload: payload}))
}

// announce delivers what a person did and waits for it. A nil event is one that the app
// does not get.
func (g *GitHub) announce(ctx context.Context, e *event) Delivery {
	if e == nil {
		return Delivery{}
	}
	return g.webhooks.send(ctx, g.webhooks.prepare(e))
}

// announceOwn delivers what the app itself did, in the background: the app may be
// waiting for the answer to its call. It is called with GitHub.mu held.
func (g *GitHub) announceOwn(build func() *event) {
	if g.quietOwn {
		return
	}
	if e := build(); e != nil {
		g.webhooks.enqueue(g.webhooks.prepare(e))
	}
}

// about makes an event about a repository, or returns nil if the app does not get it:
// no webhook, not installed there, suspended, or not subscribed. GitHub.mu is held.
func (g *GitHub) about(repo *repository, name, action string, payload func(in *installation) object) *event {
	in := g.world.installationOf(repo)
	if g.webhooks.current().URL == "" || in == nil || !in.suspended.IsZero() || !slices.Contains(g.app.events, name) {
		return nil
	}
	return newEvent(name, action, in.id, repo.id, payload(in))
}

func newEvent(name, action string, installationID, repositoryID int64, payload object) *event {
	text, err := encode(payload)
	if err != nil {
		// Payloads are made of text, numbers and the like, here in this package.
		panic(fmt.Sprintf("githubfake: %s payload: %v", name, err))
	}
	return &event{
		name: name, action: action, installationID: installationID, repositoryID: repositoryID, payload: text,
	}
}
