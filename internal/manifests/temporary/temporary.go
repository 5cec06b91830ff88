// Package temporary names the files and folders that are written beside others, to take their place at once, and removes those that a
// run has left that was killed before it came to that. It must never touch what is not named so, nor one that
// another run may be writing.
package temporary

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"
)

// Age is how old a temporary file is or folder that no run can be writing any more: that takes seconds.
const Age = time.Hour

// name is that of a temporary file or folder: of which one, and a number, which of a file is that of the process.
var name = regexp.MustCompile(`^(.+)\.[0-9]+\.tmp$`)

// Folder makes a temporary folder beside the place of one. The error is the system's.
func Folder(place string) (string, error) {
	return os.MkdirTemp(filepath.Dir(place), "."+filepath.Base(place)+".*.tmp")
}

// Beside returns the path of a temporary file of this process for a file.
func Beside(file string) string { return fmt.Sprintf("%s.%d.tmp", file, os.Getpid()) }

// Sweep removes from a folder the temporary files and folders of what is told to be ours, if they were last written to
// before a time. What can't be removed stays: it does no harm.
func Sweep(in string, isOurs func(file string, isFolder bool) bool, before time.Time) {
	entries, err := os.ReadDir(in)
	if err != nil {
		return
	}
	for _, entry := range entries {
		parts := name.FindStringSubmatch(entry.Name())
		if parts == nil || !entry.IsDir() && !entry.Type().IsRegular() || !isOurs(parts[1], entry.IsDir()) {
			continue
		}
		if info, err := entry.Info(); err == nil && info.ModTime().Before(before) {
			_ = os.RemoveAll(filepath.Join(in, entry.Name()))
		}
	}
}
