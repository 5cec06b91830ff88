package edit

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests/temporary"
)

// ErrChanged says that a file is not what it was when it was read.
var ErrChanged = errors.New("the file was changed meanwhile")

// Replace replaces the content of a file, or of the one that it is a link to, at once, and returns when that is on the
// disk: the file is its author's, and can't be generated again. The error is ErrChanged if the file is no longer what was
// read, and else the system's.
func Replace(file string, read, written []byte) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return fmt.Errorf("find the file: %w", err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("look at the file: %w", err)
	}
	folder, name := filepath.Split(file)
	temporary.Sweep(filepath.Clean(folder), func(of string, isFolder bool) bool { return of == name && !isFolder }, time.Now().Add(-temporary.Age))
	fresh := temporary.Beside(file)
	err = writeThrough(fresh, written, info.Mode().Perm())
	if err == nil {
		err = unchanged(file, read)
	}
	if err == nil {
		err = os.Rename(fresh, file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(fresh))
	}
	return syncFolder(filepath.Clean(folder))
}

// unchanged returns an error if a file is not what was read.
func unchanged(file string, read []byte) error {
	now, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the file again: %w", err)
	}
	if !bytes.Equal(now, read) {
		return ErrChanged
	}
	return nil
}

// writeThrough writes a file, to the disk.
func writeThrough(file string, data []byte, mode os.FileMode) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return fmt.Errorf("make a file beside it: %w", err)
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncFolder has a new name of a file reach the disk.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	return errors.Join(f.Sync(), f.Close())
}
