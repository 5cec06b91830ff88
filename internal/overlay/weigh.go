package overlay

import "sigs.k8s.io/kustomize/api/types"

// weigh bounds what the library does for one kustomization file, whose references were walked.
func (v *visit) weigh(k *types.Kustomization) error {
	actions := 1 + len(k.Patches) + len(old(k).patches) + len(old(k).jsonPatches) + len(k.Images) +
		len(k.Labels) + len(old(k).labels) + len(k.CommonAnnotations) + len(k.Replicas)
	for _, l := range k.Labels {
		actions += len(l.Pairs) + len(l.FieldSpecs)
	}
	for _, r := range k.Replacements {
		fields := 0
		for _, t := range r.Targets {
			if t != nil {
				fields += 1 + len(t.FieldPaths) + len(t.Reject)
			}
		}
		actions += fields
		if r.Source != nil {
			// Patches may have made it larger.
			v.copied += fields * v.below.resources * (v.largest[r.Source.Kind] + v.size)
		}
	}
	matched := v.below.images
	if v.configured {
		matched = v.below.values
	}
	v.matches += len(k.Images) * matched
	v.steps += actions * v.below.resources
	v.work += v.size * v.below.values
	switch {
	case v.steps > maxSteps:
		return tooLarge("it does too much to too many resources")
	case v.work > maxWork:
		return tooLarge("its patches and labels apply to too many values")
	case v.matches > maxMatches:
		return tooLarge("it sets too many images")
	case v.copied > maxCopied:
		return tooLarge("its replacements copy too much")
	}
	return nil
}
