package github

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Bounds of what is kept of GitHub's answers.
const (
	maxCommitMessage = 8 << 10  // bytes
	maxNotes         = 64 << 10 // bytes of a release's notes
	maxPullBody      = 16 << 10 // bytes
	maxName          = 256      // characters of a name, a title or a tag
	maxURL           = 2048     // bytes
	maxParents       = 64       // of a commit
	maxPath          = 4096     // bytes, as on Linux
)

// brief returns the beginning of a foreign string that is to be short.
func brief(text string) string { return chatops.Fit(text, maxName) }

// beginning returns the beginning of a foreign string, of at most that many bytes, and lets go of the
// rest.
func beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.Clone(strings.ToValidUTF8(text[:most], ""))
}

// link returns a foreign URL, or "" if it is none that a person should follow.
func link(text string) string {
	parsed, err := url.Parse(text)
	if err != nil || len(text) > maxURL || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" {
		return ""
	}
	return text
}

// instant is a time in JSON. Commits have any: one that is none is zero, not an error.
type instant struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (i *instant) UnmarshalJSON(text []byte) error {
	var s string
	if json.Unmarshal(text, &s) == nil {
		i.Time, _ = time.Parse(time.RFC3339, s)
	}
	return nil
}
