package kargo

import (
	"strings"

	"github.com/Masterminds/semver/v3"
)

// ReleaseVersion returns a version as a semantic one, if it is that: with or without a "v".
func ReleaseVersion(version string) (*semver.Version, bool) {
	v, err := semver.StrictNewVersion(strings.TrimPrefix(version, "v"))
	return v, err == nil
}
