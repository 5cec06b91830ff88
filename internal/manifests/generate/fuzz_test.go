package generate_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// FuzzGenerate: of a file that nothing is wrong with, each object is in a file of its own below the folder, and is read
// back as it is.
func FuzzGenerate(f *testing.F) {
	for _, name := range []string{guide, everything} {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := manifests.ParseComplete("f", data)
		if err != nil {
			return
		}
		all := generate.Manifests(p)
		seen := map[string]bool{}
		for i, file := range generate.Files(all, "f") {
			if seen[file.Path] || strings.Contains(file.Path, "..") || strings.Count(file.Path, "/") > 1 {
				t.Fatalf("a file is called %q", file.Path)
			}
			seen[file.Path] = true
			var got map[string]any
			if err := yaml.Unmarshal(file.Data, &got); err != nil {
				t.Fatalf("%v in\n%s", err, file.Data)
			}
			if diff := cmp.Diff(jsonOf(t, all[i]), got); diff != "" {
				t.Fatalf("%s\n%s", file.Data, diff)
			}
		}
	})
}
