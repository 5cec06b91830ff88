package kargo

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// MaxVersion is how long a version may be that counts as one of a release, in characters: so much an image's
// tag may have, and the names of our objects are made of versions.
const MaxVersion = 128

// ReleaseVersion returns the semantic version that a version is, with or without a "v" before it, as in "3.2.0"
// and "v3.2.0-rc.1"; false if it is none. Versions of releases are semantic ones; all others, as "sha-4f2c1aa"
// and "3.2", are builds.
func ReleaseVersion(version string) (*semver.Version, bool) {
	if len(version) > MaxVersion {
		return nil, false
	}
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	return v, err == nil
}
