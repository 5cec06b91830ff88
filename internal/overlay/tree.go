package overlay

import "context"

// Tree is the content of a Git repository at one commit. Paths are relative to its root, with slashes, and
// without a slash at either end.
type Tree interface {
	// Commit is the full hash of the commit.
	Commit() string
	// Size returns how large a file is; not ok if there is no such file.
	Size(path string) (bytes int64, ok bool)
	// List returns the paths of all files below a folder, sorted.
	List(dir string) []string
	// Read returns the content of a file.
	Read(ctx context.Context, path string) ([]byte, error)
}

// Image is what a promotion writes into the images of a kustomization file, as Kargo's kustomize-set-image
// step does. "*" for NewName, NewTag or Digest leaves that as it is there.
type Image struct {
	// Name is how the manifests call it.
	Name    string
	NewName string
	// NewTag and Digest: a step that is configured with a digest writes no tag, one that takes the images
	// of the Freight writes both.
	NewTag, Digest string
}
