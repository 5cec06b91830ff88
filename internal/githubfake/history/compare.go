package history

import "slices"

// Comparison is how a commit, the head, stands to another, the base.
type Comparison struct {
	// Ahead are the commits of the head that the base lacks, newest first, and Behind is
	// how many the head lacks of the base's.
	Ahead  []*Commit
	Behind int
	// MergeBase is the newest of the best common ancestors; nil if there is none.
	MergeBase *Commit
}

// Compare compares two commits. It takes time in proportion to the length of the
// history.
func (r *Repository) Compare(base, head *Commit) Comparison {
	ofBase, ofHead := r.reached(base), r.reached(head)
	compared := Comparison{MergeBase: r.mergeBase(ofBase, ofHead)}
	for i := range r.commits {
		if ofBase.has(i) && !ofHead.has(i) {
			compared.Behind++
		}
	}
	compared.Ahead = Log(head, Filter{stop: ofBase})
	return compared
}

// Contains says whether a commit is, or has among its ancestors, another.
func (r *Repository) Contains(c, ancestor *Commit) bool {
	return r.reached(c).has(ancestor.index)
}

// mergeBase returns the newest of those that both sets have and that no other of them
// has for an ancestor. Each set has all ancestors of its members, so it is enough to
// look at parents.
func (r *Repository) mergeBase(a, b set) *Commit {
	surpassed := make(set, len(a))
	var best *Commit
	for i, c := range slices.Backward(r.commits) {
		if !a.has(i) || !b.has(i) {
			continue
		}
		if !surpassed.has(i) && (best == nil || c.Committer.At.After(best.Committer.At)) {
			best = c
		}
		for _, parent := range c.Parents {
			surpassed.add(parent.index)
		}
	}
	return best
}

// reached returns a commit and all its ancestors.
func (r *Repository) reached(c *Commit) set {
	found := make(set, len(r.commits)/64+1)
	found.add(c.index)
	for i := c.index; i >= 0; i-- {
		if found.has(i) {
			for _, parent := range r.commits[i].Parents {
				found.add(parent.index)
			}
		}
	}
	return found
}

// set is a set of commits, by index.
type set []uint64

func (s set) has(i int) bool { return i/64 < len(s) && s[i/64]&(1<<(i%64)) != 0 }
func (s set) add(i int)      { s[i/64] |= 1 << (i % 64) }
