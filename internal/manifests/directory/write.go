package directory

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/davidaparicio/kargo-bot/internal/manifests/temporary"
)

// Write carries changes out. Each file is replaced at once or not at all; a folder that does not exist appears with all
// that is in it. Nothing is forced to the disk, as everything can be generated again. What a run has left that was killed
// is removed. The error is a Problem.
func Write(dir string, changes []Change) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return writeNew(dir, changes)
	} else if err != nil {
		return problem(dir, err)
	}
	isFresh := func(of string, isFolder bool) bool { return !isFolder && isManifest(of) }
	for _, folder := range folders {
		temporary.Sweep(filepath.Join(dir, folder), isFresh, time.Now().Add(-temporary.Age))
	}
	if err := makeFolders(dir, changes); err != nil {
		return err
	}
	return each(changes, func(c Change) error { return replace(filepath.Join(dir, filepath.FromSlash(c.Path)), c) })
}

// isManifest reports whether a file could have been generated, by its name.
func isManifest(name string) bool { return strings.HasSuffix(name, ".yaml") }

// writeNew makes the folder beside its place, and then moves it there.
func writeNew(dir string, changes []Change) (err error) {
	parent, name := filepath.Split(filepath.Clean(dir))
	if parent == "" {
		parent = "."
	}
	if err := os.MkdirAll(parent, 0o755); err != nil { //nolint:gosec // G301: what is generated is no secret
		return problem(parent, err)
	}
	isUnfinished := func(of string, isFolder bool) bool { return isFolder && of == "."+name }
	temporary.Sweep(parent, isUnfinished, time.Now().Add(-temporary.Age))
	unfinished, err := temporary.Folder(filepath.Join(parent, name))
	if err != nil {
		return problem(parent, err)
	}
	defer func() {
		if err != nil {
			_ = os.RemoveAll(unfinished)
		}
	}()
	if err := os.Chmod(unfinished, 0o755); err != nil { //nolint:gosec // G302: what is generated is no secret
		return problem(unfinished, err)
	}
	if err := makeFolders(unfinished, changes); err != nil {
		return err
	}
	write := func(c Change) error { return create(filepath.Join(unfinished, filepath.FromSlash(c.Path)), c.New) }
	if err := each(changes, write); err != nil {
		return err
	}
	if err := os.Rename(unfinished, dir); err != nil {
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
	fresh := temporary.Beside(file)
	if err := create(fresh, c.New); err != nil {
		_ = os.Remove(fresh)
		return err
	}
	if err := os.Rename(fresh, file); err != nil {
		_ = os.Remove(fresh)
		return problem(file, err)
	}
	return nil
}
