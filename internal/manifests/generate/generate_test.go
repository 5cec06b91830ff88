package generate_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// The guide's own file, unchanged, and one that says all that a file can say.
var (
	guide      = filepath.Join("..", "..", "..", "examples", "color", "kargo", "config.yaml")
	everything = filepath.Join("..", "..", "..", "examples", "everything.yaml")
)

// parse reads a pipeline file that manifests can be made of.
func parse(t testing.TB, data []byte) *manifests.Pipeline {
	t.Helper()
	p, err := manifests.ParseComplete("config.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func load(t testing.TB, file string) *manifests.Pipeline {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, data)
}

func TestTheGuidesFileMakesTheGuidesTree(t *testing.T) {
	files := generate.Files(generate.Manifests(load(t, guide)), "config.yaml")
	var want []string
	want = append(want, "project.yaml", "project-config.yaml")
	for _, service := range []string{"red", "blue", "green", "yellow", "git-sync"} {
		for _, warehouse := range []string{"dev", "releases"} {
			want = append(want, "warehouses/"+service+"-"+warehouse+".yaml")
		}
		for _, environment := range []string{"development", "staging", "production"} {
			want = append(want, "stages/"+service+"-"+environment+".yaml")
		}
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Path)
		golden.Compare(t, filepath.Join("guide", filepath.FromSlash(f.Path)), string(f.Data))
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("files %q; want %q", got, want)
	}
	// Nothing is left over from what was generated once.
	err := filepath.WalkDir(filepath.Join("testdata", "guide"), func(path string, entry os.DirEntry, err error) error {
		if name, _ := filepath.Rel(filepath.Join("testdata", "guide"), path); err == nil && !entry.IsDir() && !slices.Contains(want, filepath.ToSlash(name)) {
			t.Errorf("%s is not generated", name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestEverythingThatAFileCanSay(t *testing.T) {
	var all bytes.Buffer
	for _, f := range generate.Files(generate.Manifests(load(t, everything)), "everything.yaml") {
		all.WriteString("--- " + f.Path + "\n")
		all.Write(f.Data)
	}
	golden.Compare(t, "everything.golden", all.String())
}

func TestTheGuidesFileWithArgoCD(t *testing.T) {
	data, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, f := range generate.Files(generate.Manifests(parse(t, append(data, "argocd: {}\n"...))), "config.yaml") {
		if strings.HasPrefix(f.Path, "argocd/") {
			all.WriteString("--- " + f.Path + "\n")
			all.Write(f.Data)
		}
	}
	golden.Compare(t, "argocd.golden", all.String())
}

func TestTheSameFileMakesTheSameBytes(t *testing.T) {
	first := generate.Files(generate.Manifests(load(t, everything)), "everything.yaml")
	for range 20 {
		again := generate.Files(generate.Manifests(load(t, everything)), "everything.yaml")
		for i := range again {
			if again[i].Path != first[i].Path || !bytes.Equal(again[i].Data, first[i].Data) {
				t.Fatalf("%s differs from one time to the next", again[i].Path)
			}
		}
	}
}
