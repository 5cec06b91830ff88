package github

import (
	"regexp"
	"strings"
)

// repository is a repository's name.
type repository struct{ owner, name string }

// repoPattern is what "owner/name" may look like. These words go into URLs.
var repoPattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([A-Za-z0-9_.-]{1,100})$`)

// parseRepository reads "owner/name".
func parseRepository(text string) (repository, bool) {
	names := repoPattern.FindStringSubmatch(text)
	if names == nil || names[2] == "." || names[2] == ".." {
		return repository{}, false
	}
	return repository{owner: names[1], name: names[2]}, true
}

func (r repository) String() string { return r.owner + "/" + r.name }

// topic is the repository's name in memory: GitHub does not tell cases apart.
func (r repository) topic() string { return strings.ToLower(r.String()) }

// hashPattern is what a commit, a tree or a file is named by.
var hashPattern = regexp.MustCompile(`^[0-9a-f]{40}$`)

func isHash(text string) bool { return hashPattern.MatchString(text) }

// maxRef bounds the name of a branch or a tag, in bytes: what file systems allow one.
const maxRef = 255

// isRef reports whether something can be the name of a branch, a tag or a commit, by the rules of
// https://git-scm.com/docs/git-check-ref-format. It goes into URLs, where "..", for one, is not a name.
func isRef(text string) bool {
	if text == "" || len(text) > maxRef || strings.Contains(text, "..") || strings.ContainsAny(text, " ~^:?*[\\\x7f") || text[0] == '-' || strings.HasSuffix(text, ".") {
		return false
	}
	for part := range strings.SplitSeq(text, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '\uFFFD' })
}
