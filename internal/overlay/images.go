package overlay

import (
	"cmp"
	"slices"

	"sigs.k8s.io/kustomize/api/types"
)

// keep is what Kargo's step takes for "as it is".
const keep = "*"

// set returns the images of a kustomization file as Kargo's kustomize-set-image step writes them: one entry
// a name, of which those of the promotion replace what was there, and all others stay.
func set(current []types.Image, images []Image) []types.Image {
	byName := map[string]types.Image{}
	for _, i := range current {
		byName[i.Name] = i
	}
	for _, i := range images {
		old := byName[i.Name]
		byName[i.Name] = types.Image{
			Name: i.Name, NewName: kept(i.NewName, old.NewName), NewTag: kept(i.NewTag, old.NewTag), Digest: kept(i.Digest, old.Digest),
		}
	}
	all := make([]types.Image, 0, len(byName))
	for _, i := range byName {
		all = append(all, i)
	}
	slices.SortFunc(all, func(a, b types.Image) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

func kept(now, before string) string {
	if now == keep {
		return before
	}
	return now
}
