package overlay_test

import (
	"testing"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// BenchmarkDiff is one answer: two renderings, and what is around them.
func BenchmarkDiff(b *testing.B) {
	files := repository(b).files
	b.ReportAllocs()
	for b.Loop() {
		diff(b, &tree{t: b, files: files}, "k8s/overlays/production/red", overlay.Image{Name: red, NewTag: "3.2.0"})
	}
}

// BenchmarkLimit is the library alone, rendering the same overlay once: BenchmarkDiff can't take less than
// twice as long.
func BenchmarkLimit(b *testing.B) {
	files := repository(b).files
	b.ReportAllocs()
	for b.Loop() {
		fs := filesys.MakeFsInMemory()
		for name, data := range files {
			if err := fs.WriteFile("/"+name, []byte(data)); err != nil {
				b.Fatal(err)
			}
		}
		options := krusty.MakeDefaultOptions()
		if _, err := krusty.MakeKustomizer(options).Run(fs, "/k8s/overlays/production/red"); err != nil {
			b.Fatal(err)
		}
	}
}
