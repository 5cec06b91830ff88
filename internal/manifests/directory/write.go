package directory

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// Write carries changes out. Each file is replaced at once or not at all; a folder that does not exist appears with all
// that is in it. Nothing is forced to the disk, as everything can be generated again. The error is a Problem.
func Write(dir string, changes []Change) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return writeNew(dir, changes)
	} else if err != nil {
		return problem(dir, err)
	}
	if err := makeFolders(dir, changes); err != nil {
		return err
	}
	return each(changes, func(c Change) error { return replace(filepath.Join(dir, filepath.FromSlash(c.Path)), c) })
}

// writeNew makes the folder beside its place, and then moves it there.
func writeNew(dir string, changes []Change) (err error) {
	parent, name := filepath.Split(filepath.Clean(dir))
	if parent == "" {
		parent = "."
	}
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // G301: what is generated is no secret
		return problem(parent, err)
	}
	temporary, err := os.MkdirTemp(parent, "."+name+"-")
	if err != nil {
		return problem(parent, err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(temporary)
		}
	}()
	if err := os.Chmod(temporary, 0o755); err != nil { //nolint:gosec // G302: what is generated is no secret
		return problem(temporary, err)
	}
	if err := makeFolders(temporary, changes); err != nil {
		return err
	}
	write := func(c Change) error { return create(filepath.Join(temporary, filepath.FromSlash(c.Path)), c.New) }
	if err := each(changes, write); err != nil {
		return err
	}
	if err := os.Rename(temporary, dir); err != nil {
		return problem(dir, err)
	}
	return nil
}

func makeFolders(dir string, changes []Change) error {
	made := map[string]bool{}
	for _, c := range changes {
		folder, _, nested := strings.Cut(c.Path, "/")
		if !nested || made[folder] || c.New == nil {
			continue
		}
		made[folder] = true
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil { //nolint:gosec // G301: as above
			return problem(filepath.Join(dir, folder), err)
		}
	}
	return nil
}

// each does something for each change, on all processors, up to the first error.
func each(changes []Change, do func(Change) error) error {
	var group errgroup.Group
	size := len(changes)/runtime.GOMAXPROCS(0) + 1
	for start := 0; start < len(changes); start += size {
		group.Go(func() error {
			for _, c := range changes[start:min(start+size, len(changes))] {
				if err := do(c); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// create writes a file where there is none.
func create(file string, data []byte) error {
	if err := os.WriteFile(file, data, 0o644); err != nil { //nolint:gosec // G306: what is generated is no secret
		return problem(file, err)
	}
	return nil
}

// replace writes or removes a file where there may be one.
func replace(file string, c Change) error {
	if c.New == nil {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return problem(file, err)
		}
		return nil
	}
	temporary := fmt.Sprintf("%s.%d.tmp", file, os.Getpid())
	if err := create(temporary, c.New); err != nil {
		_ = os.Remove(temporary)
		return err
	}
	if err := os.Rename(temporary, file); err != nil {
		_ = os.Remove(temporary)
		return problem(file, err)
	}
	return nil
}
