package temporary_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests/temporary"
)

func TestOnlyOldFilesOfOursAreSwept(t *testing.T) {
	dir := t.TempDir()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, age := range map[string]time.Duration{
		"a.yaml.12.tmp":               2 * temporary.Age,
		"new.yaml.12.tmp":             temporary.Age / 2,
		"theirs.txt.12.tmp":           2 * temporary.Age,
		"a.yaml.tmp":                  2 * temporary.Age,
		"a.yaml.x.tmp":                2 * temporary.Age,
		"a.yaml":                      2 * temporary.Age,
		filepath.Base(beside(t, dir)): 0,
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(file, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	temporary.Sweep(dir, func(file string, isFolder bool) bool { return filepath.Ext(file) == ".yaml" && !isFolder }, now.Add(-temporary.Age))
	temporary.Sweep(filepath.Join(dir, "none"), func(string, bool) bool { return true }, now)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := []string{"a.yaml", "a.yaml.tmp", "a.yaml.x.tmp", filepath.Base(beside(t, dir)), "new.yaml.12.tmp", "theirs.txt.12.tmp"}
	slices.Sort(want)
	if !slices.Equal(left, want) {
		t.Errorf("left: %q; want %q", left, want)
	}
}

// beside returns the path of a temporary file for own.yaml, which is in the same folder.
func beside(t *testing.T, dir string) string {
	t.Helper()
	file := temporary.Beside(filepath.Join(dir, "own.yaml"))
	if filepath.Dir(file) != dir {
		t.Fatalf("%s is not in %s", file, dir)
	}
	return file
}
