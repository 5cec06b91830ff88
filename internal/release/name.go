package release

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

const (
	// maxName is how long the readable part of a name is: with the hash after it, it still fits in a label.
	maxName = 52
	// hashLength is how many characters of a hash tell names apart which are made of what can't be one.
	hashLength = 8
)

// Name returns the name of the Release of a version of a service, as in "red-3.2.0". It is the same whoever makes
// the Release. What can't be in a name is replaced, and a hash tells it from others.
func Name(service, version string) string {
	wanted := service + "-" + version
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		default:
			return '-'
		}
	}, wanted)
	if name == wanted && len(name) <= maxName && len(validation.IsDNS1123Subdomain(name)) == 0 {
		return name
	}
	if len(name) > maxName {
		name = name[:maxName]
	}
	// A part between dots neither begins nor ends with a hyphen, and is not empty.
	var parts []string
	for part := range strings.SplitSeq(name, ".") {
		if part = strings.Trim(part, "-"); part != "" {
			parts = append(parts, part)
		}
	}
	sum := sha256.Sum256([]byte(wanted))
	return strings.TrimPrefix(strings.Join(parts, ".")+"-"+hex.EncodeToString(sum[:])[:hashLength], "-")
}
