package freightdiff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// place is a commit of a repository, or why it is not known.
type place struct {
	commit string
	// ref names the commit on the forge's pages, where there may be such a one: a tag that could not be asked for.
	ref string
	// unknown says why there is no commit, for people.
	unknown string
	// transient says that it may well be known if it is asked for again.
	transient bool
}

// repository returns where the code of an artifact is.
func (c *Code) repository(src Source, change answers.ArtifactChange) string {
	if change.Kind == kindGit {
		return RepoOf(change.Artifact, c.Web)
	}
	if src.Repo != "" {
		return src.Repo
	}
	for _, v := range []*answers.ArtifactVersion{change.To, change.From} {
		if v == nil {
			continue
		}
		if repo := RepoOf(v.Source, c.Web); repo != "" {
			return repo
		}
	}
	return src.Default
}

// locate finds the commit that a version of an artifact was made from: what the image says, else what its
// tag says, else the tag of the release.
func (c *Code) locate(ctx context.Context, src Source, repo string, change answers.ArtifactChange, v *answers.ArtifactVersion) place {
	if hash := strings.ToLower(v.Revision); hexHash.MatchString(hash) {
		return c.resolve(ctx, repo, hash, hash)
	}
	if hash, ok := src.commit(v.Version); ok {
		return c.resolve(ctx, repo, hash, hash)
	}
	tags := src.tags(v.Version)
	for _, tag := range tags {
		found := c.resolve(ctx, repo, "tags/"+tag, tag)
		if found.commit != "" || found.unknown != "" {
			return found
		}
	}
	name := fmt.Sprintf("%s %s", lastWord(change.Artifact), v.Version)
	if len(tags) == 0 {
		return place{unknown: fmt.Sprintf("Which commit %s was built from is not known. %s", name, addRevision)}
	}
	return place{unknown: fmt.Sprintf(
		"Which commit %s was built from is not known: there is no tag %s in %s. %s", name, strings.Join(tags, " or "), repo, addRevision)}
}

// Advice on images that do not say what they were built from.
const (
	addRevision = "Build the image with the annotation " + annotationRevision + ", and it will be."
	addSource   = "Build the image with the annotation " + annotationSource +
		", or name the repository in the bot's configuration under github.sources."
)

// resolve asks the forge for the commit of a reference. If there is none, the place is empty but for ref.
func (c *Code) resolve(ctx context.Context, repo, name, ref string) place {
	if len(name) == fullHash {
		return place{commit: name, ref: name}
	}
	commit, err := c.Forge.Resolve(ctx, repo, name)
	switch {
	case errors.Is(err, ErrNotFound):
		return place{ref: ref}
	case err != nil:
		return place{ref: ref, unknown: whyUnknown(err), transient: true}
	default:
		return place{commit: commit, ref: ref}
	}
}

// fullHash is how long a hash of Git's is.
const fullHash = 40

// whyUnknown puts the failure of a Forge in words.
func whyUnknown(err error) string {
	if unavailable, ok := errors.AsType[*Unavailable](err); ok {
		return unavailable.Reason
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return late
	}
	return "GitHub could not be asked just now. Ask again in a minute."
}

// late is said of what is not known in time, and will be soon.
const late = "GitHub has not told in time."

func lastWord(repository string) string {
	repository = strings.TrimSuffix(strings.TrimSuffix(repository, "/"), ".git")
	return cmp.Or(repository[strings.LastIndex(repository, "/")+1:], repository)
}
