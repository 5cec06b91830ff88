package directory_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/manifests/directory"
	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

// services is how many the benchmark has: 1,000 make 5,002 files.
const services = 1000

// large returns the guide's file with many services.
func large(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var list strings.Builder
	for i := range services {
		fmt.Fprintf(&list, "  - service-%04d\n", i)
	}
	before, rest, _ := strings.Cut(string(data), "  - red\n")
	_, after, _ := strings.Cut(rest, "  - git-sync\n")
	return []byte(before + list.String() + after)
}

// render makes the files of a pipeline file.
func render(t testing.TB, data []byte) []generate.File {
	t.Helper()
	p, err := manifests.ParseComplete("config.yaml", data)
	if err != nil {
		t.Fatal(err)
	}
	return generate.Files(generate.Manifests(p), "config.yaml")
}

// write brings a folder to what was generated.
func write(t testing.TB, dir string, files []generate.File) []directory.Change {
	t.Helper()
	changes, err := directory.Compare(dir, files)
	if err != nil {
		t.Fatal(err)
	}
	if err := directory.Write(dir, changes); err != nil {
		t.Fatal(err)
	}
	return changes
}

// bare writes the same bytes, with nothing between their pieces and the file, on all processors.
func bare(t testing.TB, files []generate.File, dir string) {
	t.Helper()
	for _, folder := range []string{"warehouses", "stages"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var workers sync.WaitGroup
	size := len(files)/runtime.GOMAXPROCS(0) + 1
	for start := 0; start < len(files); start += size {
		workers.Go(func() {
			var text []byte
			for _, f := range files[start:min(start+size, len(files))] {
				text = text[:0]
				for line := range strings.Lines(string(f.Data)) {
					text = append(text, line...)
				}
				if err := os.WriteFile(filepath.Join(dir, f.Path), text, 0o600); err != nil {
					t.Error(err)
				}
			}
		})
	}
	workers.Wait()
}

// BenchmarkGenerate reports how long 1,000 services take, and the median of its ratio to the bare rendering and writing
// of the same bytes in the same run: into a folder that is not there, into one in which everything changed, and into one
// in which nothing did. Which of the two goes first alternates.
func BenchmarkGenerate(b *testing.B) {
	data := large(b)
	files := render(b, data)
	changed := []byte(strings.ReplaceAll(string(data), "gitBranch: main", "gitBranch: trunk"))
	for _, test := range []struct {
		name   string
		before []byte
	}{{"new", nil}, {"changed", changed}, {"unchanged", data}} {
		b.Run(test.name, func(b *testing.B) {
			var ours, theirs time.Duration
			var ratios []float64
			for i := range b.N {
				parent := b.TempDir()
				dir := filepath.Join(parent, "generated")
				if test.before != nil {
					write(b, dir, render(b, test.before))
				}
				took := [2]time.Duration{}
				for turn := range took {
					begun := time.Now()
					if (turn+i)%len(took) == 0 {
						write(b, dir, render(b, data))
					} else {
						bare(b, files, filepath.Join(parent, "bare"))
					}
					took[(turn+i)%len(took)] = time.Since(begun)
				}
				ours, theirs = ours+took[0], theirs+took[1]
				ratios = append(ratios, float64(took[0])/float64(took[1]))
			}
			slices.Sort(ratios)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms")
			b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "bare-ms")
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
		})
	}
}
