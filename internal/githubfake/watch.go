package githubfake

import (
	"context"
	"fmt"
	"sync"
)

// watchers are those who want to know that something changed. The zero value is ready.
type watchers struct {
	mu  sync.Mutex
	all map[chan struct{}]struct{}
}

// Watch returns a channel that receives after something changed: a comment, a call, a
// delivery. Changes in quick succession may be one receive: look at the state, not at
// the count. stop must be called; the channel is never closed.
func (g *GitHub) Watch() (changed <-chan struct{}, stop func()) {
	channel := make(chan struct{}, 1)
	g.watchers.mu.Lock()
	defer g.watchers.mu.Unlock()
	if g.watchers.all == nil {
		g.watchers.all = map[chan struct{}]struct{}{}
	}
	g.watchers.all[channel] = struct{}{}
	return channel, func() {
		g.watchers.mu.Lock()
		defer g.watchers.mu.Unlock()
		delete(g.watchers.all, channel)
	}
}

// Await returns once ok returns true, which it asks at first and after every change. It
// returns an error that names what when ctx ends before. ok may call the methods of g.
func (g *GitHub) Await(ctx context.Context, what string, ok func() bool) error {
	changed, stop := g.Watch()
	defer stop()
	for !ok() {
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("githubfake: waiting for %s: %w", what, context.Cause(ctx))
		}
	}
	return nil
}

// touch tells the watchers that something changed. It never blocks.
func (g *GitHub) touch() {
	g.watchers.mu.Lock()
	defer g.watchers.mu.Unlock()
	for channel := range g.watchers.all {
		select {
		case channel <- struct{}{}:
		default: // it has not yet looked at an earlier change
		}
	}
}
