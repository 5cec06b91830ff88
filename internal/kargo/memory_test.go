package kargo_test

import (
	"bytes"
	"fmt"
	"runtime"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// mostBytesPerPromotion is what a Promotion may cost in the cache: docs/scale.md counts on it.
const mostBytesPerPromotion = 4 << 10

// cached decodes and transforms so many different Promotions, as an informer does.
func cached(tb testing.TB, sample []byte, n int) []*kargoapi.Promotion {
	tb.Helper()
	kept := make([]*kargoapi.Promotion, n)
	for i := range kept {
		// No two have a name in common, so that no string can be shared.
		data := bytes.ReplaceAll(sample, []byte("01kqwz8y7n5m4k3j2h1g0f9e8d"), fmt.Appendf(nil, "%026d", i))
		out, err := kargo.Transform(decodePromotion(tb, data))
		if err != nil {
			tb.Fatal(err)
		}
		kept[i] = out.(*kargoapi.Promotion)
	}
	return kept
}

// bytesPerPromotion measures what so many Promotions keep on the heap.
func bytesPerPromotion(tb testing.TB, n int) float64 {
	tb.Helper()
	sample := samplePromotion(tb)
	before := heap()
	kept := cached(tb, sample, n)
	after := heap()
	if len(kept) != n || kept[0].Name == kept[n-1].Name {
		tb.Fatal("the Promotions are not different ones")
	}
	runtime.KeepAlive(kept)
	return float64(after-before) / float64(n)
}

func heap() int64 {
	// The second round frees what finalizers and pools held in the first.
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func TestAPromotionInTheCacheIsSmall(t *testing.T) {
	// As exact as ten thousand, which the benchmark takes, and fast enough under the race detector.
	if got := bytesPerPromotion(t, 1_000); got > mostBytesPerPromotion {
		t.Errorf("%.0f bytes a Promotion, want at most %d", got, mostBytesPerPromotion)
	} else {
		t.Logf("%.0f bytes a Promotion", got)
	}
}

func BenchmarkTransformedPromotion(b *testing.B) {
	const n = 10_000
	var perPromotion float64
	for b.Loop() {
		perPromotion = bytesPerPromotion(b, n)
	}
	b.ReportMetric(perPromotion, "bytes/promotion")
	b.ReportMetric(0, "ns/op")
}
