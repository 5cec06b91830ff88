package overlay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxDiff is how much of all diffs is kept, in characters: several times what any message holds.
const maxDiff = 256 << 10

// Changes are the differences between two renderings of an overlay.
type Changes struct {
	// Changed are the resources that differ, by kind, namespace and name.
	Changed []answers.ManifestChange
	// Unchanged is how many do not.
	Unchanged int
	// Lines is how many lines all diffs have, those included that were left out.
	Lines int
	// Left says what was left out, as Fit does; empty if nothing was.
	Left string
}

// Diff tells what changes if a promotion sets images in the kustomization file of the folder at dir.
//
// The error is a *Refusal if the overlay can't be rendered here; otherwise it is the Tree's, or the
// context's, which is heeded between the steps: rendering itself can't be interrupted, only bounded.
func Diff(ctx context.Context, tree Tree, dir string, images []Image) (*Changes, error) {
	dir, err := resolve(".", strings.TrimSuffix(dir, "/"))
	if err != nil {
		return nil, err
	}
	w := &walk{tree: tree, files: map[string][]byte{}, raw: map[string][]byte{}, largest: map[string]int{}}
	if err := w.all(ctx, dir); err != nil {
		return nil, err
	}
	before, err := render(ctx, w.files, dir)
	if err != nil {
		return nil, w.failed(dir, err)
	}
	files, err := w.promoted(images)
	if err != nil {
		return nil, err
	}
	after, err := render(ctx, files, dir)
	if err != nil {
		err = w.failed(dir, err)
		if refusal := (*Refusal)(nil); errors.As(err, &refusal) {
			refusal.After = true
			refusal.Reason = "With the images of the promotion: " + refusal.Reason
		}
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return compared(before, after)
}

// all walks the overlay in a folder. The parser says itself that it panics where it finds a mistake of its
// own.
func (w *walk) all(ctx context.Context, dir string) (err error) {
	defer func() {
		if recover() != nil {
			err = refuse(Invalid, "The overlay does not build: its YAML can't be read.")
		}
	}()
	if _, err := w.visit(ctx, dir, amount{}); err != nil {
		return err
	}
	return w.copies.check()
}

// promoted returns the files as they are after the promotion.
func (w *walk) promoted(images []Image) (map[string][]byte, error) {
	k := *w.top
	k.Images = set(k.Images, images)
	if err := longest(w.topFile, &k); err != nil {
		return nil, err
	}
	data, err := write(&k)
	if err != nil {
		return nil, err
	}
	files := maps.Clone(w.files)
	files[w.topFile] = data
	return files, nil
}

// failed makes an error for people of one that render returned.
func (w *walk) failed(dir string, err error) error {
	if refusal := (*Refusal)(nil); errors.As(err, &refusal) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	refusal := refuse(Invalid, fmt.Sprintf("The overlay does not build; \"kustomize build %s\" says why.", shown(dir)))
	refusal.Err = w.cause(err)
	return refusal
}

// maxCause is how much of the library's words is logged, in characters.
const maxCause = 500

// errWithheld stands for an error of the library that may have a Secret's data in it.
var errWithheld = errors.New("kustomize's own words are withheld, since there are Secrets in what it was given")

// cause returns the library's error for the log. It quotes what it was given, in ways that can't be told
// from the rest: where a Secret is mentioned, nothing of it is kept.
func (w *walk) cause(err error) error {
	for _, data := range w.files {
		if strings.Contains(strings.ToLower(string(data)), "secret") {
			return errWithheld
		}
	}
	return errors.New(chatops.Fit(strings.ToValidUTF8(err.Error(), "?"), maxCause))
}

// compared returns the differences between two renderings.
func compared(before, after []object) (*Changes, error) {
	changed, unchanged, err := changes(before, after)
	if err != nil {
		// What can't be decoded was encoded by the library: its content is none of the log's business.
		return nil, refuse(Invalid, "The overlay renders to objects that can't be compared.")
	}
	c := &Changes{Unchanged: unchanged}
	for _, change := range changed {
		c.Lines += strings.Count(change.Diff, "\n")
	}
	c.Changed, c.Left = Fit(changed, maxDiff)
	return c, nil
}

// Manifests returns the changes as an answer.
func (c *Changes) Manifests(repository, commit, branch, dir string) answers.Manifests {
	return answers.Manifests{
		Repository: repository, Commit: commit, Branch: branch, Path: path.Clean(dir),
		Changed: c.Changed, Unchanged: c.Unchanged, Lines: c.Lines, Note: c.Left,
	}
}
