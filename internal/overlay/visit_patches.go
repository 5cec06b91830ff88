package overlay

import (
	"context"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
)

func (v *visit) patches(ctx context.Context, k *types.Kustomization) error {
	for _, p := range old(k).patches {
		patch := types.Patch{Path: string(p)}
		if inline(p) {
			patch = types.Patch{Patch: string(p)}
		}
		if err := v.patch(ctx, patch); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(k.Patches, old(k).jsonPatches) {
		if err := v.patch(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) patch(ctx context.Context, p types.Patch) error {
	var d *document
	var err error
	if p.Path == "" {
		if d, err = parse([]byte(p.Patch)); err != nil {
			return invalid(v.name, "has a patch that "+err.Error())
		}
	} else {
		name, err := resolve(v.dir, p.Path)
		if err != nil {
			return err
		}
		var size int
		if d, size, err = v.yaml(ctx, name); err != nil {
			return err
		}
		v.size += size
	}
	// It may apply to all of them.
	v.below.images += d.images * v.below.resources
	if d.rearranges() {
		return unsupported("a JSON patch that copies or moves values, or changes what kind an object is of")
	}
	return nil
}

func (v *visit) configurations(ctx context.Context, k *types.Kustomization) error {
	for _, ref := range k.Configurations {
		name, err := resolve(v.dir, ref)
		if err != nil {
			return err
		}
		_, size, err := v.yaml(ctx, name)
		if err != nil {
			return err
		}
		v.size += size
		v.configured = true
	}
	return nil
}

// replacements checks those of the kustomization file, and puts into it those of other files.
func (v *visit) replacements(ctx context.Context, k *types.Kustomization) error {
	var all []types.ReplacementField
	for _, r := range k.Replacements {
		if r.Path == "" {
			all = append(all, r)
			continue
		}
		if r.Source != nil || len(r.Targets) > 0 {
			return invalid(v.name, "has a replacement with both a path and a source")
		}
		name, err := resolve(v.dir, r.Path)
		if err != nil {
			return err
		}
		data, err := v.load(ctx, name)
		if err != nil {
			return err
		}
		more, err := replacements(name, data)
		if err != nil {
			return err
		}
		v.size += len(data)
		for _, r := range more {
			all = append(all, types.ReplacementField{Replacement: r})
		}
	}
	for _, r := range all {
		if err := v.copies.add(r.Replacement); err != nil {
			return err
		}
	}
	k.Replacements = all
	return nil
}
