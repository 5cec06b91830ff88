package history

import (
	"container/heap"
	"time"
)

// Filter says which commits of a log are of interest.
type Filter struct {
	// Path is a file or a folder that they touch; "": any. History is simplified as Git
	// does it by default: of a merge that leaves the path as one of its parents has it,
	// only that parent is followed, and the merge is left out.
	Path string
	// Since and Until are bounds of the committer's time; zero: none. As in Git, a commit
	// before Since ends the walk there.
	Since, Until time.Time
	// Keep leaves out those for which it returns false; nil: none.
	Keep func(*Commit) bool

	stop set // commits that are not walked at all
}

// Log returns a commit and its ancestors as `git log` does: newest first by the
// committer's time, but never a commit before it was reached from a child.
func Log(from *Commit, f Filter) []*Commit {
	var log []*Commit
	var waiting queue
	seen := map[*Commit]bool{}
	push := func(c *Commit) {
		if !seen[c] && !f.stop.has(c.index) {
			seen[c] = true
			heap.Push(&waiting, queued{c, len(seen)})
		}
	}
	push(from)
	for len(waiting) > 0 {
		c := heap.Pop(&waiting).(queued).commit
		if !f.Since.IsZero() && c.Committer.At.Before(f.Since) {
			continue
		}
		parents, touches := c.simplified(f.Path)
		for _, parent := range parents {
			push(parent)
		}
		if touches && (f.Until.IsZero() || !c.Committer.At.After(f.Until)) && (f.Keep == nil || f.Keep(c)) {
			log = append(log, c)
		}
	}
	return log
}

// simplified returns the parents through which the history of a path goes on, and
// whether the commit is part of it.
func (c *Commit) simplified(path string) (parents []*Commit, touches bool) {
	if path == "" {
		return c.Parents, true
	}
	own, there := c.Tree.At(path)
	for _, parent := range c.Parents {
		theirs, wasThere := parent.Tree.At(path)
		if there == wasThere && own.SHA == theirs.SHA && own.Mode == theirs.Mode {
			return []*Commit{parent}, false
		}
	}
	return c.Parents, there || len(c.Parents) > 0
}

// queue has the newest commit first, and of two of the same second the one that was put
// in first.
type queue []queued

type queued struct {
	commit *Commit
	order  int
}

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	a, b := q[i].commit.Committer.At, q[j].commit.Committer.At
	if a.Equal(b) {
		return q[i].order < q[j].order
	}
	return a.After(b)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) { *q = append(*q, x.(queued)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(*q) - 1
	popped := (*q)[last]
	*q = (*q)[:last]
	return popped
}
