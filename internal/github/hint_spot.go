package github

import (
	"bytes"
	"strconv"
)

// What spotHint looks for, as GitHub writes it. None of it can stand in a string, where quotation marks are
// escaped.
var (
	repositoryKey = []byte(`"repository":{`)
	fullNameKey   = []byte(`"full_name":"`)
	actionKey     = []byte(`"action":"`)
	numberKey     = []byte(`"number":`)
	refStart      = []byte(`{"ref":"`)
	refTypeKey    = []byte(`,"ref_type":"`)
	afterKey      = []byte(`"after":"`)
	releaseKey    = []byte(`"release":{`)
	tagNameKey    = []byte(`"tag_name":"`)
)

// Where GitHub writes what spotHint looks for: the action and the number first of all, what a push leads to
// right behind the reference, and the names among the first fields of the repository and of the release, whose
// author comes before. In bytes.
const (
	headLength       = 100
	pushLength       = 200
	repositoryLength = 1000
	releaseLength    = 4000
)

// spotHint finds a hint without decoding, which costs several times what verifying does. isKnown is false
// if the body is not written as GitHub does it; a hint of no repository is known to matter to nobody.
func spotHint(event string, body []byte) (hint Hint, isKnown bool) {
	switch event {
	case "pull_request":
		hint.Number, isKnown = spotNumber(body)
		if isKnown && hint.Number == 0 {
			return Hint{}, true
		}
	case "push":
		hint.Tag, isKnown = spotPushed(body)
	case "create":
		hint.Tag, isKnown = spotCreated(body)
	case "release":
		hint.Tag, isKnown = spotReleased(body)
	}
	if !isKnown {
		return Hint{}, false
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

// spotNumber returns the number of a pull request; 0 if the action is none that matters.
func spotNumber(body []byte) (number int, isKnown bool) {
	head := body[:min(len(body), headLength)]
	action, okAction := after(head, actionKey, '"')
	digits, okNumber := after(head, numberKey, ',')
	if !okAction || !okNumber {
		return 0, false
	}
	if !hintActions[string(action)] {
		return 0, true
	}
	n, err := strconv.Atoi(string(digits))
	return n, err == nil && n > 0
}

// spotPushed returns the tag that was pushed; "" if that was something else, or deleted.
func spotPushed(body []byte) (tag string, isKnown bool) {
	ref, rest, ok := spotRef(body)
	if !ok {
		return "", false
	}
	if !bytes.HasPrefix(ref, []byte(tagsPrefix)) {
		return "", true
	}
	to, ok := after(rest[:min(len(rest), pushLength)], afterKey, '"')
	if !ok {
		return "", false
	}
	return tagOf(string(ref[len(tagsPrefix):]), string(to) != noCommit), true
}

// spotCreated returns the tag that was created; "" if that was a branch.
func spotCreated(body []byte) (tag string, isKnown bool) {
	ref, rest, ok := spotRef(body)
	if !ok {
		return "", false
	}
	rest, ok = bytes.CutPrefix(rest, refTypeKey)
	if !ok {
		return "", false
	}
	kind, _, ok := bytes.Cut(rest, []byte{'"'})
	return tagOf(string(ref), string(kind) == "tag"), ok
}

// spotRef returns the reference that a body begins with, and what follows. One with an escape in it is for who
// decodes.
func spotRef(body []byte) (ref, rest []byte, found bool) {
	rest, found = bytes.CutPrefix(body, refStart)
	if !found {
		return nil, nil, false
	}
	i := bytes.IndexByte(rest[:min(len(rest), maxRef+len(tagsPrefix)+1)], '"')
	if i < 0 || bytes.IndexByte(rest[:i], '\\') >= 0 {
		return nil, nil, false
	}
	return rest[:i], rest[i+1:], true
}

// spotReleased returns the tag of a release; "" if the action says nothing of it.
func spotReleased(body []byte) (tag string, isKnown bool) {
	action, ok := after(body[:min(len(body), headLength)], actionKey, '"')
	if !ok {
		return "", false
	}
	if !tagActions[string(action)] {
		return "", true
	}
	i := bytes.Index(body, releaseKey)
	if i < 0 {
		return "", false
	}
	name, ok := after(body[i:min(len(body), i+releaseLength)], tagNameKey, '"')
	if !ok || bytes.IndexByte(name, '\\') >= 0 {
		return "", false
	}
	return tagOf(string(name), true), true
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
