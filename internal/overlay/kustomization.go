package overlay

import (
	"fmt"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/yaml"
)

// unrendered are the fields of a kustomization file that start programs, reach elsewhere, change the
// library for all that it renders later, or make it copy values without bound; with what tells whether
// they are used.
var unrendered = []struct {
	name string
	used func(*types.Kustomization) bool
}{
	{"helmCharts", func(k *types.Kustomization) bool { return len(k.HelmCharts) > 0 || k.HelmGlobals != nil }},
	{"helmChartInflationGenerator", func(k *types.Kustomization) bool { return len(k.HelmChartInflationGenerator) > 0 }},
	{"generators", func(k *types.Kustomization) bool { return len(k.Generators) > 0 }},
	{"transformers", func(k *types.Kustomization) bool { return len(k.Transformers) > 0 }},
	{"validators", func(k *types.Kustomization) bool { return len(k.Validators) > 0 }},
	{"openapi", func(k *types.Kustomization) bool { return len(k.OpenAPI) > 0 }},
	{"crds", func(k *types.Kustomization) bool { return len(k.Crds) > 0 }},
	{"vars", func(k *types.Kustomization) bool { return old(k).vars > 0 }},
	{"imageTags", func(k *types.Kustomization) bool { return len(old(k).imageTags) > 0 }},
}

// understand reads a kustomization file. What the library will see is this, not the file.
func understand(name string, data []byte) (*types.Kustomization, error) {
	d, err := parse(data)
	if err != nil {
		return nil, invalid(name, err.Error())
	}
	if len(d.roots) != 1 {
		return nil, invalid(name, "has to have one document")
	}
	k := &types.Kustomization{}
	if err := k.Unmarshal(data); err != nil {
		return nil, invalid(name, "is not a kustomization file that is understood here")
	}
	// Before the library mends it: that drops what it was written with.
	for _, field := range unrendered {
		if field.used(k) {
			return nil, refuse(Unsupported, fmt.Sprintf("%s uses %s; it is not rendered here.", shown(name), field.name))
		}
	}
	k.FixKustomization()
	for _, patch := range slices.Concat(k.Patches, old(k).jsonPatches) {
		if patch.Options != nil && patch.Options.AllowKindChange {
			return nil, unsupported("a patch that makes an object one of another kind")
		}
	}
	return k, longest(name, k)
}

// maxSetting is how long what is put on every object may be, in bytes.
const maxSetting = 1024

// longest bounds what the library puts on every object below.
func longest(name string, k *types.Kustomization) error {
	settings := []string{k.NamePrefix, k.NameSuffix, k.Namespace}
	pairs := []map[string]string{old(k).labels, k.CommonAnnotations}
	for _, l := range k.Labels {
		pairs = append(pairs, l.Pairs)
	}
	for _, all := range pairs {
		for key, value := range all {
			settings = append(settings, key, value)
		}
	}
	for _, i := range k.Images {
		settings = append(settings, i.Name, i.NewName, i.NewTag, i.TagSuffix, i.Digest)
	}
	for _, s := range settings {
		if len(s) > maxSetting {
			return tooLarge(fmt.Sprintf("%s has a value of more than %d bytes", shown(name), maxSetting))
		}
	}
	return nil
}

// write returns a kustomization file with what was understood.
func write(k *types.Kustomization) ([]byte, error) {
	data, err := yaml.Marshal(k)
	if err != nil {
		return nil, fmt.Errorf("write a kustomization file: %w", err)
	}
	return data, nil
}

// replacements returns those of a file, of which there may be one or a list.
func replacements(name string, data []byte) ([]types.Replacement, error) {
	d, err := parse(data)
	if err != nil {
		return nil, invalid(name, err.Error())
	}
	var all []types.Replacement
	if len(d.roots) == 1 && yaml.UnmarshalStrict(data, &all) == nil {
		return all, nil
	}
	var one types.Replacement
	if len(d.roots) != 1 || yaml.UnmarshalStrict(data, &one) != nil {
		return nil, invalid(name, "has no replacements that are understood here")
	}
	return []types.Replacement{one}, nil
}

// inline reports whether an entry of patchesStrategicMerge is a patch itself, not the path of one.
func inline(patch types.PatchStrategicMerge) bool {
	return strings.Contains(string(patch), "\n") || strings.HasPrefix(strings.TrimSpace(string(patch)), "{")
}
