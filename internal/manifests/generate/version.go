package generate

import (
	"fmt"
	"strconv"
	"strings"
)

// Version is a minor version of Kargo.
type Version struct{ Major, Minor int }

// Newest returns the newest version that manifests are generated for: they are, unless told otherwise. What is generated
// is the same for all versions that know it; the others can't be served.
func Newest() Version { return Version{1, 12} }

// oldest returns the oldest version that has allowTagsRegexes, without which no Warehouse discovers anything from 1.11 on.
func oldest() Version { return Version{1, 9} }

// oldestSupported returns the oldest version that the bot is tested with.
func oldestSupported() Version { return Version{1, 11} }

// String returns the version as it is written: 1.12.
func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

func (v Version) before(other Version) bool {
	return v.Major < other.Major || v.Major == other.Major && v.Minor < other.Minor
}

// ParseVersion reads a version of Kargo as people write it: 1.12, v1.12.3. The error is a text for people.
func ParseVersion(s string) (Version, error) {
	major, rest, _ := strings.Cut(strings.TrimPrefix(s, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	var v Version
	var err error
	if v.Major, err = strconv.Atoi(major); err == nil {
		v.Minor, err = strconv.Atoi(strings.SplitN(minor, "-", 2)[0])
	}
	if err != nil || v.Major < 0 || v.Minor < 0 {
		return Version{}, fmt.Errorf("%.40q is not a version of Kargo: write one such as %s", s, Newest())
	}
	return v, nil
}

// Check says whether manifests can be generated for a version: a warning where they can and it is not tested, an error
// where they can't. Both are texts for people.
func (v Version) Check() (warning string, err error) {
	switch {
	case v.before(oldest()):
		return "", fmt.Errorf("nothing can be generated for Kargo %s: it has no allowTagsRegexes, and Kargo from %s on discovers nothing by the field that it had before; upgrade Kargo to %s or later",
			v, oldestSupported(), oldestSupported())
	case v.before(oldestSupported()):
		return fmt.Sprintf("Kargo %s takes these manifests, but the bot does not support it: upgrade to %s or later", v, oldestSupported()), nil
	case Newest().before(v):
		return fmt.Sprintf("Kargo %s is newer than this program: it is given what %s takes", v, Newest()), nil
	default:
		return "", nil
	}
}
