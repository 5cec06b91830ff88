package generate_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/manifests/generate"
)

func TestVersionsThatCanBeServed(t *testing.T) {
	for _, test := range []struct{ version, warns, refuses string }{
		{"1.12", "", ""},
		{"v1.11.2", "", ""},
		{"1.12.0-rc.1", "", ""},
		{"1.13", "is newer than this program: it is given what 1.12 takes", ""},
		{"2.0", "is newer than this program", ""},
		{"1.10.10", "upgrade to 1.11 or later", ""},
		{"1.8", "", "it has no allowTagsRegexes"},
		{"0.9", "", "it has no allowTagsRegexes"},
		{"latest", "", `"latest" is not a version of Kargo: write one such as 1.12`},
		{"1", "", "is not a version"},
		{"1.x", "", "is not a version"},
		{"1.-2", "", "is not a version"},
	} {
		v, err := generate.ParseVersion(test.version)
		warning := ""
		if err == nil {
			warning, err = v.Check()
		}
		if (warning == "") != (test.warns == "") || !strings.Contains(warning, test.warns) {
			t.Errorf("%s warns %q", test.version, warning)
		}
		if (err == nil) != (test.refuses == "") || err != nil && !strings.Contains(err.Error(), test.refuses) {
			t.Errorf("%s: %v", test.version, err)
		}
	}
}
