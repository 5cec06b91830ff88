package overlay

import (
	"path"
	"regexp"
	"strings"
)

// user begins what Git takes for a remote repository, in the library's reading of it.
var user = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9-]*@`)

// remote reports whether the library might take a reference for something that is not a path: it clones
// what begins with a scheme, a user or GitHub's name, even if there is a folder of that name, and fetches
// what begins with "http:". No path of a manifest needs a colon.
func remote(ref string) bool {
	lower := strings.ToLower(ref)
	return strings.Contains(ref, ":") || strings.HasPrefix(lower, "github.com/") || user.MatchString(ref) ||
		strings.Contains(lower, "?ref=") || strings.Contains(ref, "_git/")
}

// resolve returns the path in the tree that a kustomization file in dir refers to; "." is the tree itself.
func resolve(dir, ref string) (string, error) {
	if remote(ref) {
		return "", refuse(Remote, "The overlay uses a remote base or file, "+shownURL(ref)+"; it is not rendered here.")
	}
	if ref == "" || path.IsAbs(ref) || strings.ContainsFunc(ref, odd) {
		return "", refuse(Remote, "The overlay refers to "+shown(ref)+", which is not a plain path in the repository; it is not rendered here.")
	}
	name := path.Join(dir, ref)
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", refuse(Remote, "The overlay refers to "+shown(ref)+", which is outside of the repository; it is not rendered here.")
	}
	return name, nil
}

// odd reports whether a character has no place in a path: control characters, and what other systems
// separate folders with.
func odd(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }
