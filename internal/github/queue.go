package github

import (
	"context"
	"time"
)

const (
	// commandsAtOnce bounds the deliveries with commands that are carried out at the same time.
	commandsAtOnce = 64
	// commandsWaiting bounds those that wait for a place, each an open connection and a few KB.
	commandsWaiting = 512
	// longestWait is how long they wait: half of what a delivery may take in all.
	longestWait = 4 * time.Second
	// busyPause is when to come again, for those who find no place.
	busyPause = 5 * time.Second
)

// queue lets a number of deliveries in at once, and a number of others wait.
type queue struct {
	places  chan struct{}
	waiting chan struct{}
}

func newQueue(places, waiting int) *queue {
	return &queue{places: make(chan struct{}, places), waiting: make(chan struct{}, waiting)}
}

// enter reports whether there was a place in time. Then leave must be called.
func (q *queue) enter(ctx context.Context) bool {
	select {
	case q.places <- struct{}{}:
		return true
	default:
	}
	select {
	case q.waiting <- struct{}{}:
		defer func() { <-q.waiting }()
	default:
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	select {
	case q.places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (q *queue) leave() { <-q.places }
