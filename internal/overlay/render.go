package overlay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// maxRendered is how much an overlay may render to, in bytes of JSON.
const maxRendered = 16 << 20

// turn has one place: the library keeps what it knows of Kubernetes' schemas in variables of its own, and
// must not run twice at once.
var turn = make(chan struct{}, 1) //nolint:gochecknoglobals // It guards what is global in the library.

// object is a rendered resource.
type object struct {
	group, version, kind, namespace, name string
	json                                  []byte
}

// render runs the library on files that were walked. Its error has the library's words, which may quote
// any of the files.
func render(ctx context.Context, files map[string][]byte, dir string) ([]object, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	fs := filesys.MakeFsInMemory()
	for name, data := range files {
		if err := fs.WriteFile("/"+name, data); err != nil {
			return nil, fmt.Errorf("fill the file system: %w", err)
		}
	}
	return build(fs, path.Join("/", dir))
}

// errUnfinished is what a panic of the library is made of.
var errUnfinished = errors.New("the library gave up")

func build(fs filesys.FileSystem, dir string) (all []object, err error) {
	defer quiet()()
	defer func() {
		if p := recover(); p != nil {
			all, err = nil, fmt.Errorf("%w: %v", errUnfinished, p)
		}
	}()
	resources, err := krusty.MakeKustomizer(&krusty.Options{
		Reorder: krusty.ReorderOptionUnspecified,
		// There is nothing to be found outside: as in Kargo's kustomize-build step.
		LoadRestrictions: types.LoadRestrictionsNone,
		PluginConfig:     types.DisabledPluginConfig(),
	}).Run(fs, dir)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, r := range resources.Resources() {
		data, err := r.MarshalJSON()
		if err != nil {
			return nil, err
		}
		if total += len(data); total > maxRendered {
			return nil, tooLarge(fmt.Sprintf("it renders to more than %d MiB", maxRendered>>20))
		}
		gvk := r.GetGvk()
		all = append(all, object{gvk.Group, gvk.Version, gvk.Kind, r.GetNamespace(), r.GetName(), bytes.TrimSpace(data)})
	}
	slices.SortStableFunc(all, object.compare)
	return all, nil
}
