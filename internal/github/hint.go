package github

import (
	"bytes"
	"encoding/json"
	"strconv"
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
	if hint, isKnown := spotHint(event == "pull_request", body); isKnown {
		return hint, hint.Repo != ""
	}
	return decodeHint(event, body)
}

// What spotHint looks for, as GitHub writes it. None of it can stand in a string, where quotation marks are
// escaped.
var (
	repositoryKey = []byte(`"repository":{`)
	fullNameKey   = []byte(`"full_name":"`)
	actionKey     = []byte(`"action":"`)
	numberKey     = []byte(`"number":`)
)

// Where GitHub writes what spotHint looks for: the action and the number first of all, and the name among the
// first fields of the repository. In bytes.
const (
	headLength       = 100
	repositoryLength = 1000
)

// spotHint finds a hint without decoding, which costs several times what verifying does. isKnown is false
// if the body is not written as GitHub does it; a hint of no repository is known to matter to nobody.
func spotHint(isPull bool, body []byte) (hint Hint, isKnown bool) {
	if isPull {
		head := body[:min(len(body), headLength)]
		action, okAction := after(head, actionKey, '"')
		number, okNumber := after(head, numberKey, ',')
		if !okAction || !okNumber {
			return Hint{}, false
		}
		if !hintActions[string(action)] {
			return Hint{}, true
		}
		n, err := strconv.Atoi(string(number))
		if err != nil || n <= 0 {
			return Hint{}, false
		}
		hint.Number = n
	}
	i := bytes.Index(body, repositoryKey)
	if i < 0 {
		return Hint{}, false
	}
	name, ok := after(body[i:min(len(body), i+repositoryLength)], fullNameKey, '"')
	if !ok {
		return Hint{}, false
	}
	repo, ok := parseRepository(string(name))
	if !ok {
		return Hint{}, false
	}
	hint.Repo = repo.String()
	return hint, true
}

// after returns what stands between a key and the next end.
func after(body, key []byte, end byte) (value []byte, found bool) {
	_, rest, found := bytes.Cut(body, key)
	if !found {
		return nil, false
	}
	value, _, found = bytes.Cut(rest, []byte{end})
	return value, found
}

// decodeHint reads a hint from a body however that is written.
func decodeHint(event string, body []byte) (hint Hint, ok bool) {
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
