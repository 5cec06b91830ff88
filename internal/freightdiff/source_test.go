package freightdiff_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

func TestReleaseOf(t *testing.T) {
	all := []string{"{service}/{version}", "{version}", "v{version}", "{service}-v{version}", "{service}@{version}-final"}
	for _, test := range []struct {
		patterns []string
		tag      string
		want     string
	}{
		{all, "red/3.2.0", "3.2.0"},
		{all, "red/v3.2.0", "v3.2.0"},
		{all, "v3.2.0", "3.2.0"},
		{all, "3.2.0", "3.2.0"},
		{all, "red-v3.2.0-rc.1", "3.2.0-rc.1"},
		{all, "red@3.2.0-final", "3.2.0"},
		{[]string{"v{version}", "{version}"}, "v3.2.0", "3.2.0"},
		{[]string{"{version}"}, "v3.2.0", "v3.2.0"},
		{all, "blue/3.2.0", ""},
		{all, "infrared/3.2.0", ""},
		{all, "red/latest", ""},
		{all, "red/3.2", ""},
		{all, "red/", ""},
		{all, "", ""},
		{[]string{"{service}-{version}"}, "red-blue-3.2.0", ""},
		{[]string{"release"}, "release", ""},
		{nil, "red/3.2.0", ""},
	} {
		got, ok := freightdiff.Source{Tags: test.patterns}.ReleaseOf("red", test.tag)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("%q by %q: %q, %t", test.tag, test.patterns, got, ok)
		}
	}
}

func TestReleaseTags(t *testing.T) {
	got := freightdiff.Source{Tags: []string{"{service}/{version}", "v{version}"}}.ReleaseTags("red", "3.2.0")
	if strings.Join(got, " ") != "red/3.2.0 v3.2.0" {
		t.Errorf("tags: %q", got)
	}
}
