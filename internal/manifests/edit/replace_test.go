package edit_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests/edit"
	"github.com/davidaparicio/kargo-bot/internal/manifests/temporary"
)

func TestAFileIsReplacedUnlessSomebodyElseHasChangedIt(t *testing.T) {
	dir := t.TempDir()
	file, link, old := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "link.yaml"), filepath.Join(dir, "config.yaml.77.tmp")
	long := time.Now().Add(-2 * temporary.Age)
	if err := errors.Join(os.WriteFile(file, []byte("a"), 0o600), os.Symlink(file, link), os.WriteFile(old, nil, 0o600), os.Chtimes(old, long, long)); err != nil {
		t.Fatal(err)
	}
	if err := edit.Replace(link, []byte("a"), []byte("b")); err != nil {
		t.Fatal(err)
	}
	if err := edit.Replace(link, []byte("a"), []byte("c")); !errors.Is(err, edit.ErrChanged) {
		t.Errorf("somebody else's change was written over: %v", err)
	}
	data, err := os.ReadFile(file)
	if err != nil || string(data) != "b" {
		t.Errorf("the file has %q, %v", data, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link was replaced: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the permissions were changed: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("something is left: %v, %v", entries, err)
	}
	if err := edit.Replace(filepath.Join(dir, "none.yaml"), nil, nil); err == nil {
		t.Error("a file was made")
	}
}
