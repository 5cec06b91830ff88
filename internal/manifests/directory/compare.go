// Package directory keeps a folder as what was generated: it finds out what differs, and writes that and nothing else.
// Files that somebody else has written it must neither remove nor, unless told to, replace.
package directory

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/aymanbagabas/go-udiff"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// Change is a file of which the folder has not what was generated.
type Change struct {
	// Path is relative to the folder, with slashes.
	Path string
	// Old is what the folder has, nil for nothing. New is what was generated, nil for nothing.
	Old, New []byte
}

// Foreign reports whether the file was written by somebody else.
func (c Change) Foreign() bool { return c.Old != nil && !isGenerated(c.Old) }

// Verb says what is to be done: add, change or remove.
func (c Change) Verb() string {
	switch {
	case c.Old == nil:
		return "add"
	case c.New == nil:
		return "remove"
	default:
		return "change"
	}
}

// Diff returns the change as a unified diff.
func (c Change) Diff() string {
	from, to := "a/"+c.Path, "b/"+c.Path
	if c.Old == nil {
		from = os.DevNull
	}
	if c.New == nil {
		to = os.DevNull
	}
	return udiff.Unified(from, to, string(c.Old), string(c.New))
}

func isGenerated(data []byte) bool { return bytes.HasPrefix(data, []byte(generate.Header)) }

// folders are those that files are generated into. Others are not looked at: the folder may be a whole repository.
var folders = []string{".", "warehouses", "stages", "argocd"}

// Compare returns what differs, in the order of the paths. A folder that does not exist is empty. The error is a
// Problem.
func Compare(dir string, files []generate.File) ([]Change, error) {
	known := make(map[string]bool, len(files))
	var changes []Change
	_, err := os.Lstat(dir)
	missing := errors.Is(err, fs.ErrNotExist)
	for _, f := range files {
		known[f.Path] = true
		var old []byte
		if !missing {
			if old, err = read(dir, f.Path); err != nil {
				return nil, err
			}
		}
		if old == nil || !bytes.Equal(old, f.Data) {
			changes = append(changes, Change{Path: f.Path, Old: old, New: f.Data})
		}
	}
	stale, err := stale(dir, known)
	if err != nil {
		return nil, err
	}
	changes = append(changes, stale...)
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes, nil
}

// stale returns the removal of what was generated once and is not any more.
func stale(dir string, known map[string]bool) ([]Change, error) {
	var changes []Change
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, problem(filepath.Join(dir, folder), err)
		}
		for _, entry := range entries {
			name := path.Join(folder, entry.Name())
			if known[name] || !entry.Type().IsRegular() || !isManifest(name) {
				continue
			}
			old, err := read(dir, name)
			if err != nil {
				return nil, err
			}
			if isGenerated(old) {
				changes = append(changes, Change{Path: name, Old: old})
			}
		}
	}
	return changes, nil
}

// read returns the content of a file, nil if there is none.
func read(dir, name string) ([]byte, error) {
	file := filepath.Join(dir, filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, problem(file, err)
	case data == nil:
		return []byte{}, nil
	}
	return data, nil
}
