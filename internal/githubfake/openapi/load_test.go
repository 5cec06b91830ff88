package openapi

import "testing"

// Reading the description is what a first call costs; it must stay under 300 ms.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := load(); err != nil {
			b.Fatal(err)
		}
	}
}
