package credentials

import (
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Fault says what is wrong with a reference or with the value that it leads to, and how that is put right. It never
// contains a value.
type Fault struct {
	// Key of the Secret that it is about, and Reference that its value comes from, fit to be shown. Both are empty
	// where the fault is of the reference itself.
	Key, Reference string
	// Message goes on from "the value": "is empty". Of a reference, it stands alone.
	Message, Fix string
}

// Error says all of it on one line, for people.
func (f *Fault) Error() string {
	text := f.Message + "; " + f.Fix
	switch {
	case f.Key == "":
		return text
	case f.Reference == "":
		return f.Key + " " + text
	default:
		return fmt.Sprintf("%s, from %s, %s", f.Key, f.Reference, text)
	}
}

// quote returns what stands in a file as people may see it: bounded, and on one line.
func quote(s string) string { return fmt.Sprintf("%.80q", strings.ToValidUTF8(s, "?")) }

// list joins words as people do in a list.
func list(words []string) string { return strings.Join(words, ", ") }

// What is said of a literal where only a reference will do.
const (
	secretInFileMessage = "a secret stands in the file"
	secretInFileFix     = "move it to a store and write a reference to it, and change it: it was in a file"
)

// secretPrefixes are how tokens begin that tell themselves apart: of GitHub, Docker Hub, GitLab and Slack.
var secretPrefixes = []string{
	"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "dckr_pat_", "dckr_oat_", "glpat-", "xoxb-", "xoxp-", "hvs.", "dp.st.", "-----BEGIN",
}

// looksSecret reports whether a text that stands in the open looks like a token or a key.
func looksSecret(s string) bool {
	return slices.ContainsFunc(secretPrefixes, func(prefix string) bool { return strings.HasPrefix(strings.TrimSpace(s), prefix) })
}

// report adds a fault to the problems of a document.
func (f *Fault) report(doc *strictyaml.Document, path strictyaml.Path) {
	doc.Report(path, f.Message, f.Fix)
}
