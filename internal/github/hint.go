package github

import (
	"strings"
	"unicode"
)

// Hint says that something in a repository may have changed. What did, is for who takes it to look at.
type Hint struct {
	// Repo is "owner/name".
	Repo string
	// Number is that of the pull request; 0 if it is about the repository as a whole.
	Number int
	// Tag is the tag that may be new, or whose release may be; empty if it is about none.
	Tag string
}

// maxHint is how much of a delivery is looked at for a hint. A pull request's has up to 300 KB, with a
// body of 65,536 characters in it, and what counts of a push stands at its beginning.
const maxHint = largeBody - chunk

// hintActions are the actions of the event pull_request that matter here.
var hintActions = map[string]bool{
	"opened": true, "reopened": true, "closed": true, "edited": true, "synchronize": true,
	"ready_for_review": true, "converted_to_draft": true,
}

// tagActions are the actions of the event release after which there may be something to tell of its tag.
var tagActions = map[string]bool{"published": true, "edited": true, "released": true, "prereleased": true}

const (
	// tagsPrefix is what the full name of a tag begins with.
	tagsPrefix = "refs/tags/"
	// noCommit is what a push leads to that deletes.
	noCommit = "0000000000000000000000000000000000000000"
)

// tagOf returns the name of a tag, if there is one by that name: "" for what is deleted, or can be none. It goes
// into URLs, names and messages.
func tagOf(name string, isThere bool) string {
	if !isThere || !isRef(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return ""
	}
	return name
}

// isHint reports whether an event is one that hints are made of:
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
func isHint(event string) bool {
	switch event {
	case "pull_request", "push", "create", "release":
		return true
	default:
		return false
	}
}

// parseHint returns the hint that is in a delivery. ok is false if there is none. The body may lack its
// end: it is read until what counts is known.
func parseHint(event string, body []byte) (hint Hint, ok bool) {
	if hint, isKnown := spotHint(event, body); isKnown {
		return hint, hint.Repo != ""
	}
	return decodeHint(event, body)
}
