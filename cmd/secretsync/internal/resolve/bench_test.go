package resolve_test

import (
	"fmt"
	"testing"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/resolve"
)

// BenchmarkDocuments reads 1,000 documents of one Vault, and BenchmarkKeys 1,000 keys of one document.
func BenchmarkDocuments(b *testing.B) {
	v, url := products[0].vault(b)
	references := make([]string, 1000)
	for i := range references {
		v.Put(fmt.Sprintf("kv/%d", i), map[string]any{"token": "t"})
		references[i] = fmt.Sprintf("ref+vault://kv/%d?address=%s#/token", i, url)
	}
	resolveAll(b, references)
	b.ReportMetric(float64(v.Reads(""))/float64(b.N), "reads/op")
}

func BenchmarkKeys(b *testing.B) {
	v, url := products[0].vault(b)
	references, data := make([]string, 1000), map[string]any{}
	for i := range references {
		data[fmt.Sprintf("key-%d", i)] = "t"
		references[i] = fmt.Sprintf("ref+vault://kv/all?address=%s#/key-%d", url, i)
	}
	v.Put("kv/all", data)
	resolveAll(b, references)
	b.ReportMetric(float64(v.Reads(""))/float64(b.N), "reads/op")
}

func resolveAll(b *testing.B, references []string) {
	b.Helper()
	resolver := resolve.New(resolve.Options{Backends: all})
	b.ResetTimer()
	for range b.N {
		for reference, answer := range resolver.Resolve(b.Context(), references, nil).Values {
			if answer.Problem != "" {
				b.Fatalf("%s: %s", reference, answer.Problem)
			}
		}
	}
}
