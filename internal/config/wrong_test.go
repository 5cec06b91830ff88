package config_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

var update = flag.Bool("update", false, "rewrite golden files and docs/configuration.md")

// TestLoadTellsWhatIsWrong loads every testdata/wrong/*.yaml; what it says stands beside it.
func TestLoadTellsWhatIsWrong(t *testing.T) {
	t.Chdir(filepath.Join("testdata", "wrong"))
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(file, ".yaml"), func(t *testing.T) {
			c, err := config.Load(file)
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || c != nil {
				t.Fatalf("accepted, or another error: %v", err)
			}
			if strings.Contains(err.Error(), "sentinel") {
				t.Error("a secret is shown")
			}
			golden(t, strings.TrimSuffix(file, ".yaml")+".golden", err.Error()+"\n")
		})
	}
}

func TestLoadWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(dir, "none.yaml"): "no such file; create it, or correct the path",
		dir:                             "the file can't be read: is a directory; check the path",
	} {
		_, err := config.Load(path)
		var problems strictyaml.Problems
		if !errors.As(err, &problems) || err.Error() != path+": "+want {
			t.Errorf("got %v\nwant %s: %s", err, path, want)
		}
	}
}

// golden compares got with a file, or writes the file.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs; if it should, run the test with -update (-want +got)\n%s", file, diff)
	}
}
