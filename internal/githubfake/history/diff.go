package history

import (
	"cmp"
	"slices"
)

// Status is how a file differs, in GitHub's words.
type Status string

// The ways in which files differ.
const (
	Added    Status = "added"
	Modified Status = "modified"
	Removed  Status = "removed"
	// Renamed is a file that is elsewhere with the same content. GitHub also finds
	// renamed files that changed a little; those are removed and added here.
	Renamed Status = "renamed"
)

// Change is a file that differs between two trees.
type Change struct {
	Path     string
	Previous string // the path before, of a renamed file
	Status   Status
	// Old and New are the hashes of the blobs; "" where there is none.
	Old, New string
	// mode is that of the file afterwards.
	mode string
}

// Diff returns what differs from one tree to another, by path. nil is an empty tree.
func Diff(from, to *Tree) []Change {
	changes := renames(differences(nil, "", from, to))
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes
}

// differences appends what differs between two folders, without looking for renames.
func differences(changes []Change, prefix string, from, to *Tree) []Change {
	var before, after []Entry
	if from != nil {
		before = from.Entries
	}
	if to != nil {
		after = to.Entries
	}
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].key() < after[0].key():
			changes = whole(changes, prefix, before[0], Removed)
			before = before[1:]
		case len(before) == 0 || after[0].key() < before[0].key():
			changes = whole(changes, prefix, after[0], Added)
			after = after[1:]
		default:
			a, b := before[0], after[0]
			before, after = before[1:], after[1:]
			path := prefix + a.Name
			switch {
			case a.SHA == b.SHA && a.Mode == b.Mode:
			case a.Tree != nil:
				changes = differences(changes, path+"/", a.Tree, b.Tree)
			default:
				changes = append(changes, Change{Path: path, Status: Modified, Old: a.SHA, New: b.SHA, mode: b.Mode})
			}
		}
	}
	return changes
}

// whole appends all files of something that is only on one side.
func whole(changes []Change, prefix string, e Entry, status Status) []Change {
	switch {
	case e.Tree != nil && status == Added:
		return differences(changes, prefix+e.Name+"/", nil, e.Tree)
	case e.Tree != nil:
		return differences(changes, prefix+e.Name+"/", e.Tree, nil)
	case status == Added:
		return append(changes, Change{Path: prefix + e.Name, Status: Added, New: e.SHA, mode: e.Mode})
	}
	return append(changes, Change{Path: prefix + e.Name, Status: Removed, Old: e.SHA})
}

// renames joins what was removed in one place and added, as it was, in another.
func renames(changes []Change) []Change {
	added := map[string]int{} // by blob
	for i, c := range changes {
		if c.Status == Added {
			added[c.New] = i
		}
	}
	gone := map[int]bool{}
	for i, c := range changes {
		to, ok := added[c.Old]
		if c.Status != Removed || !ok {
			continue
		}
		delete(added, c.Old)
		gone[i] = true
		changes[to].Status, changes[to].Previous, changes[to].Old = Renamed, c.Path, c.Old
	}
	kept := changes[:0]
	for i, c := range changes {
		if !gone[i] {
			kept = append(kept, c)
		}
	}
	return kept
}
