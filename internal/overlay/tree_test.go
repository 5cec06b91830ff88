package overlay_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tree is a Tree of files in memory. It fails the test if a file is read twice, or one that is not there.
type tree struct {
	t     testing.TB
	files map[string]string
	// read are the files that were read, in order.
	read []string
}

func (tree) Commit() string { return "8d2f6b2a" }

func (r *tree) Size(path string) (int64, bool) {
	data, ok := r.files[path]
	return int64(len(data)), ok
}

func (r *tree) List(dir string) []string {
	var below []string
	for name := range r.files {
		if strings.HasPrefix(name, dir+"/") || dir == "." {
			below = append(below, name)
		}
	}
	slices.Sort(below)
	return below
}

func (r *tree) Read(_ context.Context, path string) ([]byte, error) {
	if slices.Contains(r.read, path) {
		r.t.Errorf("%s is read twice", path)
	}
	r.read = append(r.read, path)
	data, ok := r.files[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(data), nil
}

// repository returns the repository in testdata: services as the deployment guide lays them out.
func repository(t testing.TB) *tree {
	t.Helper()
	files := map[string]string{}
	root := filepath.Join("testdata", "repository")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		files[filepath.ToSlash(name)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return &tree{t: t, files: files}
}

// with returns a repository with one overlay, "o", of these files.
func with(t testing.TB, files map[string]string) *tree {
	t.Helper()
	all := map[string]string{}
	for name, data := range files {
		all[filepath.ToSlash(filepath.Join("o", name))] = data
	}
	return &tree{t: t, files: all}
}
