package overlay

import (
	"context"
	"fmt"

	"sigs.k8s.io/kustomize/api/types"
)

// visit is the walk through what one kustomization file refers to.
type visit struct {
	*walk
	// dir is the folder that paths are relative to, and name the path of the file.
	dir, name string
	// below is what its patches are applied to, so far.
	below amount
	// size is that of the file and of all patches, in bytes.
	size int
}

// all walks everything that a kustomization file refers to. What a file may refer to that is not here has
// been refused.
func (v *visit) all(ctx context.Context, k *types.Kustomization) error {
	for _, step := range []func(context.Context, *types.Kustomization) error{
		v.manifests, v.generators, v.components, v.patches, v.configurations, v.replacements,
	} {
		if err := step(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) manifests(ctx context.Context, k *types.Kustomization) error {
	for _, ref := range k.Resources {
		name, err := resolve(v.dir, ref)
		if err != nil {
			return err
		}
		if !v.exists(name) && v.folder(name) {
			below, err := v.visit(ctx, name, amount{})
			if err != nil {
				return err
			}
			v.below.add(below)
			continue
		}
		d, _, err := v.yaml(ctx, name)
		if err != nil {
			return err
		}
		for kind, size := range d.largest {
			v.largest[kind] = max(v.largest[kind], size)
		}
		if err := v.more(d.amount); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) folder(name string) bool { return len(v.tree.List(name)) > 0 }

// more counts resources.
func (v *visit) more(a amount) error {
	v.below.add(a)
	v.total.add(a)
	switch {
	case v.total.resources > maxResources:
		return tooLarge(fmt.Sprintf("it has more than %d resources", maxResources))
	case v.total.values > maxAll:
		return tooLarge(fmt.Sprintf("its resources have more than %d values", maxAll))
	}
	return nil
}

// yaml returns what is in a YAML file, and its size in bytes.
func (v *visit) yaml(ctx context.Context, name string) (*document, int, error) {
	data, err := v.load(ctx, name)
	if err != nil {
		return nil, 0, err
	}
	d, err := parse(data)
	if err != nil {
		return nil, 0, invalid(name, err.Error())
	}
	return d, len(data), nil
}

func (v *visit) components(ctx context.Context, k *types.Kustomization) error {
	for _, ref := range k.Components {
		name, err := resolve(v.dir, ref)
		if err != nil {
			return err
		}
		if v.below, err = v.visit(ctx, name, v.below); err != nil {
			return err
		}
	}
	return nil
}
