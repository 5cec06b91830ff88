package contents

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// maxManifests is how much of all diffs of manifests is kept, in characters: beside the commits and the
// release notes, that is what a comment on GitHub has room for.
const maxManifests = 30_000

// Overlay is where a service's kustomize overlay for an environment is.
type Overlay struct {
	// Repo is the repository, as in "acme/microsvcs", and Branch the one that promotions start from.
	Repo, Branch string
	// Path is the folder.
	Path string
	// Image is how the manifests call the image of the service; empty if they call it by its repository.
	Image string
}

// Trees reads repositories.
type Trees interface {
	// Tree returns the files of a repository at a branch. Errors are those of a freightdiff.Forge.
	Tree(ctx context.Context, repo, branch string) (overlay.Tree, error)
}

// Manifests tells what becomes of rendered manifests.
type Manifests struct {
	Trees Trees
	// Overlay returns where the overlay of a service is; false if that is not known.
	Overlay func(project, service, environment string) (Overlay, bool)
	// Log hears why something could not be rendered.
	Log *slog.Logger
}

// Of renders the overlay of a diff's environment as it is and with the images that come, and tells what
// differs; nil if there is nothing to be rendered.
func (m *Manifests) Of(ctx context.Context, d answers.Diff) *answers.Manifests {
	where, ok := m.Overlay(d.Project, d.Service, d.Environment)
	images := imagesOf(d, where.Image)
	if !ok || len(images) == 0 {
		return nil
	}
	out := &answers.Manifests{Repository: where.Repo, Branch: where.Branch, Path: where.Path, Changed: []answers.ManifestChange{}}
	tree, err := m.Trees.Tree(ctx, where.Repo, where.Branch)
	if err != nil {
		m.failed(ctx, out, where, err)
		return out
	}
	out.Commit = tree.Commit()
	changes, err := overlay.Diff(ctx, tree, where.Path, images)
	if err != nil {
		m.failed(ctx, out, where, err)
		return out
	}
	rendered := changes.Manifests(where.Repo, out.Commit, where.Branch, where.Path)
	var note string
	rendered.Changed, note = overlay.Fit(rendered.Changed, maxManifests)
	rendered.Note = cmp.Or(note, rendered.Note)
	return &rendered
}

// failed notes why an overlay is not rendered.
func (m *Manifests) failed(ctx context.Context, out *answers.Manifests, where Overlay, err error) {
	out.Note, out.Transient = notRendered(err, where)
	if m.Log != nil {
		m.Log.InfoContext(ctx, "overlay is not rendered", "repo", where.Repo, "branch", where.Branch, "path", where.Path, "error", err)
	}
}

// imagesOf returns the images that a diff sets. The one of the service goes by the name that the manifests
// have for it: that is the image with the service's name, or the only one that the Freight has.
func imagesOf(d answers.Diff, name string) []overlay.Image {
	var changes []answers.ArtifactChange
	for _, c := range d.Changes {
		if c.Kind == "image" && c.To != nil {
			changes = append(changes, c)
		}
	}
	images := make([]overlay.Image, len(changes))
	for i, c := range changes {
		images[i] = overlay.Image{Name: c.Artifact, NewName: c.Artifact, NewTag: c.To.Version}
		if name != "" && (d.Images == 1 || strings.HasSuffix(c.Artifact, "/"+d.Service)) {
			images[i].Name = name
		}
	}
	return images
}

// notRendered says why an overlay is not rendered, and whether it may be if it is asked for again.
func notRendered(err error, where Overlay) (why string, transient bool) {
	if refusal, ok := errors.AsType[*overlay.Refusal](err); ok {
		return refusal.Reason, false
	}
	if unavailable, ok := errors.AsType[*freightdiff.Unavailable](err); ok {
		return unavailable.Reason, true
	}
	switch {
	case errors.Is(err, freightdiff.ErrNotFound):
		return fmt.Sprintf("There is no branch %s in %s, or I may not see it.", where.Branch, where.Repo), false
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "They could not be rendered in time.", true
	default:
		return "They could not be rendered just now.", true
	}
}
