package demo

import (
	"slices"
	"sync"
)

// conversation is an issue or a pull request.
type conversation struct {
	number              int
	title, author, body string
	// pull says that it is a pull request, and merged that it was merged.
	pull, merged bool
	// service is whose code it changes, and version what it releases of that; empty for a change.
	service, version string
}

// conversations are those of the repository, the newest last.
type conversations struct {
	mu  sync.Mutex
	all []conversation
}

// newConversations returns what there is when the demo begins.
func newConversations() *conversations {
	all := &conversations{}
	for _, e := range entries() {
		if e.number != 0 {
			all.add(conversation{number: e.number, title: e.title, author: e.author, pull: true, merged: true})
		}
	}
	slices.SortFunc(all.all, func(a, b conversation) int { return a.number - b.number })
	all.add(conversation{number: releaseIssue, title: releaseTitle, author: releaser, body: releaseBody()})
	all.add(conversation{number: openPull, title: pullTitle, author: developer, body: pullBody, pull: true, service: "blue"})
	return all
}

func (c *conversations) add(added conversation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, added)
}

// conversation returns the one with a number.
func (c *conversations) conversation(number int) (conversation, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.all, func(c conversation) bool { return c.number == number })
	if i < 0 {
		return conversation{}, false
	}
	return c.all[i], true
}

// list returns all of them.
func (c *conversations) list() []conversation {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.all)
}

// noteMerged takes note that a pull request was merged.
func (c *conversations) noteMerged(number int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.all {
		c.all[i].merged = c.all[i].merged || c.all[i].number == number
	}
}

// openRelease returns the number of the open release pull request of a service; 0 if there is none.
func (c *conversations) openRelease(service string) int {
	for _, c := range c.list() {
		if c.service == service && c.version != "" && !c.merged {
			return c.number
		}
	}
	return 0
}
