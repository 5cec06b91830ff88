package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestTraceKeepsPlacesAlone(t *testing.T) {
	for text, want := range map[string][]string{
		"panic: token abc\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/cmd/secretsync/main.go:12 +0x1d\nexit status 2\n": {"main.go:12"},
		"pass.go:7\n\tcmd/main.go:9\n":                                   {"pass.go:7", "main.go:9"},
		"\t/go/pkg/mod/github.com/helmfile/vals@v0.46.1/vals.go:300\r\n": {"vals.go:300"},
		"token.go:1 is the token\nat abc main.go:1\n":                    nil,
		"x.go:12":                                   nil, // It is not known to be a whole line.
		strings.Repeat("a", 600) + "/x.go:1\n":      nil,
		strings.Repeat("x.go:1\n", 2*maxPlaces)[7:]: slices.Repeat([]string{"x.go:1"}, maxPlaces),
	} {
		into := &trace{}
		for _, b := range []byte(text) { // Writes end anywhere.
			_, _ = into.Write([]byte{b})
		}
		if !slices.Equal(into.places, want) {
			t.Errorf("%q: %q, want %q", text, into.places, want)
		}
	}
}

func FuzzTraceKeepsPlacesAlone(f *testing.F) {
	f.Add("panic: a\n\t/src/main.go:12 +0x1d\n")
	f.Fuzz(func(t *testing.T, text string) {
		into := &trace{}
		_, _ = fmt.Fprint(into, text)
		if len(into.places) > maxPlaces {
			t.Errorf("%d places", len(into.places))
		}
		for _, one := range into.places {
			name, line, ok := strings.Cut(one, ".go:")
			if !ok || len(name) > 60 || len(line) > 7 || strings.Trim(line, "0123456789") != "" {
				t.Errorf("kept %q", one)
			}
		}
	})
}
