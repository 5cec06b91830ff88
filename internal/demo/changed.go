package demo

import "sync"

// changed tells those who wait that something changed. Its zero value is not ready: see newChanged.
type changed struct {
	mu   sync.Mutex
	next chan struct{}
}

func newChanged() *changed { return &changed{next: make(chan struct{})} }

// wait returns a channel that is closed at the next change.
func (c *changed) wait() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.next
}

// tell wakes everybody who waits. It never blocks.
func (c *changed) tell() {
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.next)
	c.next = make(chan struct{})
}
