package freightdiff

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Located is the commit that Freight was made from, or why that is not known.
type Located struct {
	// Commit is empty if it is not known.
	Commit string
	// Unknown says why, for people.
	Unknown string
	// Transient says that it may well be known if it is asked for again.
	Transient bool
}

// Commit finds the commit of a repository that the Freight of a service was made from: that of its first
// image whose code is there, else the commit that is part of the Freight itself.
func (c *Code) Commit(ctx context.Context, project, service, repo string, refs []kargoapi.FreightReference) Located {
	src := c.Source(project, service).of(service)
	elsewhere := ""
	for _, kind := range []string{kindImage, kindGit} {
		for _, a := range artifacts(refs) {
			change := answers.ArtifactChange{Kind: a.kind, Artifact: a.name, To: &a.version}
			if a.kind != kind {
				continue
			}
			if other := c.repository(src, change); !strings.EqualFold(other, repo) {
				elsewhere = cmp.Or(elsewhere, builtElsewhere(change, other, repo))
				continue
			}
			p := c.locate(ctx, src, repo, change, &a.version)
			if p.commit == "" && p.unknown == "" {
				p.unknown = "Commit " + shorten(p.ref) + " is not in " + repo + ", or I may not see it there."
			}
			return Located{Commit: p.commit, Unknown: p.unknown, Transient: p.transient}
		}
	}
	return Located{Unknown: cmp.Or(elsewhere, fmt.Sprintf("Its Freight has nothing that is built from %s.", repo))}
}

// builtElsewhere says that an artifact is not built from a repository.
func builtElsewhere(change answers.ArtifactChange, other, repo string) string {
	name := fmt.Sprintf("%s %s", lastWord(change.Artifact), change.To.Version)
	if other == "" {
		return fmt.Sprintf("Where the code of %s is kept is not known. %s", name, addSource)
	}
	return fmt.Sprintf("%s says that it was built from %s, and not from %s.", name, other, repo)
}

// Range tells what is between two commits of a repository, of what concerns a service.
func (c *Code) Range(ctx context.Context, project, service, repo, from, to string) answers.CodeChange {
	src := c.Source(project, service).of(service)
	out := answers.CodeChange{
		Artifacts: []string{service}, Repository: repo, Paths: src.Paths, From: from, To: to, URL: c.compareURL(repo, from, to),
	}
	c.between(ctx, &out)
	return out
}

// Contains reports whether a commit is part of another: the same, or an ancestor of it. Errors are those of
// a Forge.
func (c *Code) Contains(ctx context.Context, repo, commit, in string) (bool, error) {
	if commit == in {
		return true, nil
	}
	relation, err := c.Forge.Relate(ctx, repo, commit, in)
	return relation == Ahead || relation == Identical, err
}
