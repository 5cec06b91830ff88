package overlay

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	if v.resources += a.resources; v.resources > maxResources {
		return tooLarge(fmt.Sprintf("it has more than %d resources", maxResources))
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

func (v *visit) generators(ctx context.Context, k *types.Kustomization) error {
	for _, g := range k.ConfigMapGenerator {
		size, err := v.generator(ctx, g.KvPairSources)
		if err != nil {
			return err
		}
		v.largest["ConfigMap"] += size
	}
	for _, g := range k.SecretGenerator {
		if _, err := v.generator(ctx, g.KvPairSources); err != nil {
			return err
		}
	}
	return nil
}

// generator walks the files that a generator reads, and returns their size in bytes.
func (v *visit) generator(ctx context.Context, sources types.KvPairSources) (int, error) {
	files := slices.Clone(sources.EnvSources)
	for _, source := range sources.FileSources {
		key, file, named := strings.Cut(source, "=")
		if !named {
			file = source
		}
		if strings.Contains(file, "=") || named && (key == "" || file == "") {
			return 0, invalid(v.name, "has a file of a generator that is neither a path nor key=path")
		}
		files = append(files, file)
	}
	size := 0
	for _, ref := range files {
		name, err := resolve(v.dir, ref)
		if err != nil {
			return 0, err
		}
		data, err := v.load(ctx, name)
		if err != nil {
			return 0, err
		}
		size += len(data)
	}
	for _, literal := range sources.LiteralSources {
		size += len(literal)
	}
	return size, v.more(amount{resources: 1, values: len(sources.LiteralSources) + len(files)})
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
