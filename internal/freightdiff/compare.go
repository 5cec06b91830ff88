package freightdiff

import (
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Changes is what differs between two sets of Freight.
type Changes struct {
	// Artifacts are those that differ: first what there is to go to, then what is there no more.
	Artifacts []answers.ArtifactChange
	// Same is how many artifacts do not differ.
	Same int
}

// Compare tells what changes from one set of Freight to another. Artifacts are matched by their
// repository, so that it does not matter from which Warehouse they come.
func Compare(from, to []kargoapi.FreightReference) Changes {
	before, after := artifacts(from), artifacts(to)
	changes := Changes{Artifacts: []answers.ArtifactChange{}}
	for _, a := range after {
		change := answers.ArtifactChange{Kind: a.kind, Artifact: a.name, To: &a.version}
		i := slices.IndexFunc(before, a.matches)
		if i >= 0 && before[i].same(a) {
			changes.Same++
			continue
		}
		if i >= 0 {
			change.From = &before[i].version
		}
		changes.Artifacts = append(changes.Artifacts, change)
	}
	for _, b := range before {
		if !slices.ContainsFunc(after, b.matches) {
			changes.Artifacts = append(changes.Artifacts, answers.ArtifactChange{Kind: b.kind, Artifact: b.name, From: &b.version})
		}
	}
	return changes
}

// artifact is one artifact of a set of Freight.
type artifact struct {
	kind, name string
	version    answers.ArtifactVersion
}

func (a artifact) matches(b artifact) bool { return a.kind == b.kind && a.name == b.name }

// same reports whether two versions of an artifact are one. A tag can be moved, so that of images with a
// digest only that counts; a commit is the same on whatever branch.
func (a artifact) same(b artifact) bool {
	switch {
	case a.version.Digest != "" && b.version.Digest != "":
		return a.version.Digest == b.version.Digest && a.version.Version == b.version.Version
	case a.kind == kindGit:
		return a.version.Revision == b.version.Revision
	default:
		return a.version.Version == b.version.Version
	}
}

// shorten returns the beginning of a hash that people are shown.
func shorten(hash string) string {
	hash = strings.TrimPrefix(hash, "sha256:")
	return strings.ToValidUTF8(hash[:min(len(hash), shortHash)], "")
}
