package overlay

import "sigs.k8s.io/kustomize/api/types"

// deprecated are the fields of a kustomization file that people should not write any more, and do.
type deprecated struct {
	vars      int
	imageTags []types.Image
	labels    map[string]string
	// jsonPatches and patches are applied at other times than the newer ones, so that they can't be made
	// into such.
	jsonPatches []types.Patch
	patches     []types.PatchStrategicMerge
}

func old(k *types.Kustomization) deprecated {
	return deprecated{
		vars:        len(k.Vars),             //nolint:staticcheck // See deprecated.
		imageTags:   k.ImageTags,             //nolint:staticcheck // See deprecated.
		labels:      k.CommonLabels,          //nolint:staticcheck // See deprecated.
		jsonPatches: k.PatchesJson6902,       //nolint:staticcheck // See deprecated.
		patches:     k.PatchesStrategicMerge, //nolint:staticcheck // See deprecated.
	}
}
