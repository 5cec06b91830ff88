package history

import "fmt"

// Conflict is a file that both sides of a merge changed, each in its own way. Unlike Git,
// Merge does not look into files.
type Conflict struct{ Path string }

// Error implements error.
func (c *Conflict) Error() string { return fmt.Sprintf("both sides changed %s", c.Path) }

// Merge returns what brings the changes from base to theirs into ours. With a *Conflict
// it returns the edits that do not conflict. A nil base is an empty tree.
func Merge(base, ours, theirs *Tree) ([]Edit, error) {
	var edits []Edit
	var conflict error
	for _, c := range differences(nil, "", base, theirs) {
		own, there := ours.At(c.Path)
		switch {
		case there && own.SHA == c.New, !there && c.Status == Removed:
			continue // both did the same
		case own.SHA != c.Old:
			if conflict == nil {
				conflict = &Conflict{Path: c.Path}
			}
			continue
		}
		edits = append(edits, Edit{Path: c.Path, Remove: c.Status == Removed, Mode: c.mode, SHA: c.New})
	}
	return edits, conflict
}
