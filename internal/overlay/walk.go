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
	maxResources = 1000
	// maxWork is the sum, over all kustomization files, of their size with all patches, in bytes, times the
	// number of values that they are applied to. The library applies each to each.
	maxWork = 256 << 20
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

	loads, bytes, resourceCount, work int
	copies                            copies
	// above are the folders whose kustomization files are being walked.
	above []string
}

// visit walks the kustomization file of a folder and what it refers to. Before are the values that its
// patches are applied to besides its own; it returns how many there are with its own.
func (w *walk) visit(ctx context.Context, dir string, before int) (int, error) {
	if slices.Contains(w.above, dir) {
		return 0, invalid(dir, "refers to itself")
	}
	w.above = append(w.above, dir)
	defer func() { w.above = w.above[:len(w.above)-1] }()
	name, err := w.find(dir)
	if err != nil {
		return 0, err
	}
	data, err := w.load(ctx, name)
	if err != nil {
		return 0, err
	}
	k, err := understand(name, data)
	if err != nil {
		return 0, err
	}
	if w.top == nil {
		w.top, w.topFile = k, name
	}
	v := visit{walk: w, dir: dir, name: name, values: before, size: len(data)}
	if err := v.all(ctx, k); err != nil {
		return 0, err
	}
	if w.work += v.size * v.values; w.work > maxWork {
		return 0, tooLarge("its patches and labels apply to too many values")
	}
	if w.files[name], err = write(k); err != nil {
		return 0, &Refusal{Kind: Invalid, Reason: invalid(name, "can't be read").Reason}
	}
	return v.values, nil
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
