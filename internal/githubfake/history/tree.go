package history

import (
	"cmp"
	"slices"
	"strings"
)

// Modes of entries, as GitHub writes them.
const (
	ModeFile   = "100644"
	ModeFolder = "040000"
	// ModeSubmodule is a commit of another repository.
	ModeSubmodule = "160000"
)

// Tree is a folder. It never changes.
type Tree struct {
	SHA     string
	Entries []Entry // in Git's order
}

// Entry is what has a name in a folder.
type Entry struct {
	Name, Mode, SHA string
	Tree            *Tree // nil: it is no folder
}

// Type is Git's word for what the entry is: blob, tree or commit.
func (e Entry) Type() string {
	switch {
	case e.Tree != nil:
		return "tree"
	case e.Mode == ModeSubmodule:
		return "commit"
	}
	return "blob"
}

// key is what Git sorts entries by: a folder counts as if its name ended with a slash.
func (e Entry) key() string {
	if e.Tree != nil {
		return e.Name + "/"
	}
	return e.Name
}

// Edit puts a file in a place, or removes what is there.
type Edit struct {
	Path   string
	Remove bool
	Mode   string // default: ModeFile
	SHA    string // of the blob
}

// At returns what is at a path; "" is the tree itself. It returns false if nothing is.
func (t *Tree) At(path string) (Entry, bool) {
	found := Entry{Mode: ModeFolder, SHA: t.SHA, Tree: t}
	if path == "" {
		return found, true
	}
	for name := range strings.SplitSeq(path, "/") {
		if found.Tree == nil {
			return Entry{}, false
		}
		i := slices.IndexFunc(found.Tree.Entries, func(e Entry) bool { return e.Name == name })
		if i < 0 {
			return Entry{}, false
		}
		found = found.Tree.Entries[i]
	}
	return found, true
}

// Walk calls visit for everything below the tree, folders before what is in them, until
// visit returns false.
func (t *Tree) Walk(visit func(path string, e Entry) bool) { t.walk("", visit) }

func (t *Tree) walk(prefix string, visit func(path string, e Entry) bool) bool {
	for _, e := range t.Entries {
		if !visit(prefix+e.Name, e) || e.Tree != nil && !e.Tree.walk(prefix+e.Name+"/", visit) {
			return false
		}
	}
	return true
}

// apply returns the tree after some edits. Of two edits of one path the last counts.
// made is called for every folder that is new.
func (t *Tree) apply(edits []Edit, made func(*Tree)) *Tree {
	entries := make(map[string]Entry, len(t.Entries))
	for _, e := range t.Entries {
		entries[e.Name] = e
	}
	below := map[string][]Edit{}
	for _, edit := range edits {
		name, rest, deeper := strings.Cut(edit.Path, "/")
		switch {
		case deeper:
			edit.Path = rest
			below[name] = append(below[name], edit)
		case edit.Remove:
			delete(entries, name)
		default:
			entries[name] = Entry{Name: name, Mode: cmp.Or(edit.Mode, ModeFile), SHA: edit.SHA}
		}
	}
	for name, edits := range below {
		folder := entries[name].Tree
		if folder == nil {
			folder = &Tree{}
		}
		// As in Git, there are no empty folders.
		if folder = folder.apply(edits, made); len(folder.Entries) > 0 {
			entries[name] = Entry{Name: name, Mode: ModeFolder, SHA: folder.SHA, Tree: folder}
		} else if entries[name].Tree != nil {
			delete(entries, name)
		}
	}
	after := &Tree{Entries: make([]Entry, 0, len(entries))}
	for _, e := range entries {
		after.Entries = append(after.Entries, e)
	}
	slices.SortFunc(after.Entries, func(a, b Entry) int { return cmp.Compare(a.key(), b.key()) })
	if after.SHA = treeSHA(after.Entries); after.SHA == t.SHA {
		return t
	}
	made(after)
	return after
}
