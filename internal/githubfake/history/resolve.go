package history

import "strings"

// minAbbreviation is how many digits of a hash are enough to name a commit, as GitHub
// shows them. Git itself is content with 4.
const minAbbreviation = 7

// Resolve returns the commit that a text names: a whole hash, a branch, a tag, either
// of them with heads/ or tags/ (and refs/) before it, or the beginning of a hash that no
// other commit has. It returns nil if there is none.
func (r *Repository) Resolve(ref string) *Commit {
	if c := r.bySHA[ref]; c != nil {
		return c
	}
	name := strings.TrimPrefix(ref, "refs/")
	if branch, ok := strings.CutPrefix(name, "heads/"); ok && r.Branches[branch] != nil {
		return r.Branches[branch]
	}
	if tag, ok := strings.CutPrefix(name, "tags/"); ok && r.Tags[tag].Commit != nil {
		return r.Tags[tag].Commit
	}
	if c := r.Branches[ref]; c != nil {
		return c
	}
	if tag, ok := r.Tags[ref]; ok {
		return tag.Commit
	}
	return r.abbreviated(ref)
}

func (r *Repository) abbreviated(beginning string) *Commit {
	if len(beginning) < minAbbreviation || !isHex(beginning) {
		return nil
	}
	var found *Commit
	for _, c := range r.commits {
		if strings.HasPrefix(c.SHA, beginning) {
			if found != nil {
				return nil
			}
			found = c
		}
	}
	return found
}
