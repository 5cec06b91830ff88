package github

import (
	"bytes"
	"encoding/json"
)

// Hint says that something in a repository may have changed. What did, is for who takes it to look at.
type Hint struct {
	// Repo is "owner/name".
	Repo string
	// Number is that of the pull request; 0 if it is about the repository as a whole.
	Number int
}

// maxHint is how much of a delivery is looked at for a hint. A pull request's has up to 300 KB, with a
// body of 65,536 characters in it, and what counts of a push stands at its beginning.
const maxHint = largeBody - chunk

// hintActions are the actions of the event pull_request that matter here.
var hintActions = map[string]bool{
	"opened": true, "reopened": true, "closed": true, "edited": true, "synchronize": true,
	"ready_for_review": true, "converted_to_draft": true,
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
	isPull := event == "pull_request"
	var found struct {
		action     string
		number     int
		repository struct {
			FullName string `json:"full_name"`
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return Hint{}, false
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return Hint{}, false
		}
		var into any
		switch key {
		case "action":
			into = &found.action
		case "number":
			into = &found.number
		case "repository":
			into = &found.repository
		default:
			into = &skipped{}
		}
		if decoder.Decode(into) != nil {
			return Hint{}, false
		}
		if isPull && found.action != "" && !hintActions[found.action] {
			return Hint{}, false
		}
		isKnown := found.repository.FullName != "" && (!isPull || found.number != 0 && found.action != "")
		if isKnown {
			break
		}
	}
	if !isPull {
		found.number = 0
	}
	repo, ok := parseRepository(found.repository.FullName)
	if !ok || isPull && (found.number <= 0 || found.action == "") {
		return Hint{}, false
	}
	return Hint{Repo: repo.String(), Number: found.number}, true
}

// skipped is JSON that does not matter.
type skipped struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*skipped) UnmarshalJSON([]byte) error { return nil }
