package release

import (
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/util/validation"
)

func TestName(t *testing.T) {
	for _, test := range []struct{ service, version, want string }{
		{"red", "3.2.0", "red-3.2.0"},
		{"red", "3.2.0-rc.1", "red-3.2.0-rc.1"},
		{"red", "3.2.0+build.5", "red-3.2.0-build.5-fcad034e"},
		{"Red", "3.2.0", "red-3.2.0-65bdb29b"},
		{"red", "3.2.0-RC1", "red-3.2.0-rc1-88a7ee00"},
		{"red", "3.2.0-a.-b", ""},
		{strings.Repeat("r", 253), "3.2.0-" + strings.Repeat("x", 100), ""},
		{"é", "1.0.0", ""},
		{"", "", ""},
	} {
		got := Name(test.service, test.version)
		if test.want != "" && got != test.want {
			t.Errorf("%s %s: %s, want %s", test.service, test.version, got, test.want)
		}
		if problems := validation.IsDNS1123Subdomain(got); len(problems) > 0 || len(got) > 63 {
			t.Errorf("%s %s: %q is no name: %v", test.service, test.version, got, problems)
		}
	}
	if Name("red", "3.2.0+a") == Name("red", "3.2.0-a") || Name("red", "3.2.0-A") == Name("red", "3.2.0-a") {
		t.Error("two versions have one name")
	}
}

func FuzzName(f *testing.F) {
	f.Add("red", "3.2.0")
	f.Add("red.", "-rc..1+é")
	f.Fuzz(func(t *testing.T, service, version string) {
		name := Name(service, version)
		if problems := validation.IsDNS1123Subdomain(name); len(problems) > 0 || len(name) > 63 {
			t.Errorf("%q is no name: %v", name, problems)
		}
		if name != Name(service, version) {
			t.Error("another name of the same")
		}
	})
}
