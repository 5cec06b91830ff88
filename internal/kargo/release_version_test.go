package kargo_test

import (
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

func TestReleaseVersion(t *testing.T) {
	for version, want := range map[string]string{
		"3.2.0": "3.2.0", "v3.2.0": "3.2.0", "3.2.0-rc.1": "3.2.0-rc.1", "v3.2.0-rc.1+build.5": "3.2.0-rc.1+build.5", "0.0.0": "0.0.0",
		"10.20.30": "10.20.30",
	} {
		if v, ok := kargo.ReleaseVersion(version); !ok || v.String() != want {
			t.Errorf("%s: %v, %t", version, v, ok)
		}
	}
	for _, version := range []string{
		"", "v", "3", "3.2", "V3.2.0", "vv3.2.0", "sha-4f2c1aa", "4f2c1aa", "latest", "3.2.0.1", "03.2.0", "3.2.0-", "3.2.0-01", " 3.2.0", "3.2.0\n",
		"3.2.0-" + strings.Repeat("a", 200), "99999999999999999999999.0.0",
	} {
		if v, ok := kargo.ReleaseVersion(version); ok {
			t.Errorf("%q is taken for %s", version, v)
		}
	}
}

func FuzzReleaseVersion(f *testing.F) {
	f.Add("v3.2.0-rc.1+build.5")
	f.Add("sha-4f2c1aa")
	f.Fuzz(func(t *testing.T, version string) {
		v, ok := kargo.ReleaseVersion(version)
		if !ok {
			return
		}
		again, ok := kargo.ReleaseVersion(v.String())
		if !ok || !again.Equal(v) {
			t.Errorf("%q is %s, which is %v", version, v, again)
		}
	})
}
