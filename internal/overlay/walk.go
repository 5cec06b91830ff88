package overlay

import (
	"context"
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
)

// Bounds of what is rendered. What is used twice counts twice, so that no overlay unfolds to more than it
// looks. The library has no way to be stopped: it is these that bound its time and memory.
const (
	maxFiles     = 200
	maxFile      = 1 << 20
	maxBytes     = 8 << 20
	maxResources = 500
	maxAll       = 200_000 // values of resources
	// maxSteps is the sum, over all kustomization files, of what they do to resources (patches, images,
	// labels, and so on) times the number of resources below. The library takes half a millisecond a step.
	maxSteps = 10_000
	// maxWork is the sum, over all kustomization files, of their size with all patches, in bytes, times the
	// number of values below. The library applies each to each.
	maxWork = 128 << 20
	// maxMatches is the sum, over all kustomization files, of the images that they set times those below. The
	// library takes a tenth of a millisecond to compare two.
	maxMatches = 20_000
	// maxCopied is the sum, over all replacements, of the size of what may be copied, in bytes, times the
	// number of resources below.
	maxCopied = 64 << 20
)

// walk reads what an overlay consists of, and nothing else.
type walk struct {
	tree Tree
	// top is the kustomization file of the overlay itself, and topFile its path.
	top     *types.Kustomization
	topFile string
	// files are what the library will see, by path.
	files map[string][]byte
	// raw are those that were read, by path.
	raw map[string][]byte

	loads, bytes, steps, work, matches, copied int
	// total is how much was walked.
	total amount
	// configured says that a kustomization file names other fields that are images.
	configured bool
	// largest is the size of the largest object of each kind, in bytes.
	largest map[string]int
	copies  copies
	// above are the folders whose kustomization files are being walked.
	above []string
}

// amount is how much there is in a kustomization: resources, the values that they consist of, and which of
// those are images.
type amount struct{ resources, values, images int }

func (a *amount) add(b amount) {
	a.resources, a.values, a.images = a.resources+b.resources, a.values+b.values, a.images+b.images
}

// visit walks the kustomization file of a folder and what it refers to. Before is what its patches are
// applied to besides its own; it returns how much there is with its own.
func (w *walk) visit(ctx context.Context, dir string, before amount) (amount, error) {
	none := amount{}
	if slices.Contains(w.above, dir) {
		return none, invalid(dir, "refers to itself")
	}
	w.above = append(w.above, dir)
	defer func() { w.above = w.above[:len(w.above)-1] }()
	name, err := w.find(dir)
	if err != nil {
		return none, err
	}
	data, err := w.load(ctx, name)
	if err != nil {
		return none, err
	}
	k, err := understand(name, data)
	if err != nil {
		return none, err
	}
	if w.top == nil {
		w.top, w.topFile = k, name
	}
	v := visit{walk: w, dir: dir, name: name, below: before, size: len(data)}
	if err := v.all(ctx, k); err != nil {
		return none, err
	}
	if err := v.weigh(k); err != nil {
		return none, err
	}
	if w.files[name], err = write(k); err != nil {
		return none, &Refusal{Kind: Invalid, Reason: invalid(name, "can't be read").Reason}
	}
	return v.below, nil
}

// find returns the path of the kustomization file of a folder.
func (w *walk) find(dir string) (string, error) {
	var found []string
	for _, name := range konfig.RecognizedKustomizationFileNames() {
		if name = path.Join(dir, name); w.exists(name) {
			found = append(found, name)
		}
	}
	switch len(found) {
	case 0:
		return "", refuse(NotKustomization, shown(dir)+" has no kustomization.yaml; there is nothing to render.")
	case 1:
		return found[0], nil
	default:
		return "", refuse(NotKustomization, fmt.Sprintf("%s has %d kustomization files; keep one of them.", shown(dir), len(found)))
	}
}

func (w *walk) exists(name string) bool {
	_, ok := w.tree.Size(name)
	return ok
}

// load returns the content of a file, within the bounds.
func (w *walk) load(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	size, ok := w.tree.Size(name)
	switch {
	case !ok:
		return nil, refuse(Missing, "The overlay refers to "+shown(name)+", which is not in the repository.")
	case size > maxFile:
		return nil, tooLarge(fmt.Sprintf("%s has more than %d KiB", shown(name), maxFile>>10))
	}
	if w.loads++; w.loads > maxFiles {
		return nil, tooLarge(fmt.Sprintf("it consists of more than %d files", maxFiles))
	}
	if w.bytes += int(size); w.bytes > maxBytes {
		return nil, tooLarge(fmt.Sprintf("its files have more than %d MiB", maxBytes>>20))
	}
	if data, ok := w.raw[name]; ok {
		return data, nil
	}
	data, err := w.tree.Read(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	if int64(len(data)) > size {
		return nil, tooLarge(shown(name) + " is larger than it said")
	}
	w.raw[name] = data
	if _, ok := w.files[name]; !ok {
		w.files[name] = data
	}
	return data, nil
}
