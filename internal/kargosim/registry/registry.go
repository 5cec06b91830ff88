// Package registry stands for the container registries that Kargo's Warehouses look at: it knows which
// images there are, and chooses among them as an image subscription of Kargo v1.11 does. It never talks
// to a real registry.
package registry

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Image is one tag of a repository.
type Image struct {
	// Tag names the image.
	Tag string
	// Digest is what the tag points to, as "sha256:…".
	Digest string
	// Annotations are those of the manifest or index.
	Annotations map[string]string
	// CreatedAt is when the image was built.
	CreatedAt time.Time
}

// Registry is a set of repositories. Its methods may be called at any time by anybody.
type Registry struct {
	mu           sync.RWMutex
	repositories map[string][]Image
}

// Push puts images in the repository. A tag that is there already is moved to the new image.
func (r *Registry) Push(repoURL string, images ...Image) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.repositories == nil {
		r.repositories = make(map[string][]Image)
	}
	for _, image := range images {
		kept := slices.DeleteFunc(slices.Clone(r.repositories[repoURL]), func(i Image) bool { return i.Tag == image.Tag })
		r.repositories[repoURL] = append(kept, image)
	}
}

// images returns the images of a repository in the order of their tags.
func (r *Registry) images(repoURL string) []Image {
	r.mu.RLock()
	defer r.mu.RUnlock()
	found := slices.Clone(r.repositories[repoURL])
	slices.SortFunc(found, func(a, b Image) int { return strings.Compare(a.Tag, b.Tag) })
	return found
}
