package overlay

import (
	"context"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
)

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
