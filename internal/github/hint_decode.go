package github

import (
	"bytes"
	"encoding/json"
	"strings"
)

// decoded is what of a delivery is needed for a hint.
type decoded struct {
	action     string
	number     int
	ref        string
	refType    string
	after      string
	deleted    bool
	repository struct {
		FullName string `json:"full_name"`
	}
	release struct {
		TagName string `json:"tag_name"`
	}
}

// decodeHint reads a hint from a body however that is written.
func decodeHint(event string, body []byte) (hint Hint, ok bool) {
	found := decoded{}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return Hint{}, false
	}
	for !found.isComplete(event) && decoder.More() {
		key, err := decoder.Token()
		if err != nil || decoder.Decode(found.place(key)) != nil {
			break // it says no more, or no more of it was read
		}
	}
	repo, ok := parseRepository(found.repository.FullName)
	if !ok {
		return Hint{}, false
	}
	hint.Repo = repo.String()
	if event == "pull_request" {
		hint.Number = found.number
		return hint, found.number > 0 && hintActions[found.action]
	}
	hint.Tag = found.tag(event)
	return hint, true
}

// place returns where the value of a key belongs.
func (d *decoded) place(key json.Token) any {
	switch key {
	case "action":
		return &d.action
	case "number":
		return &d.number
	case "ref":
		return &d.ref
	case "ref_type":
		return &d.refType
	case "after":
		return &d.after
	case "deleted":
		return &d.deleted
	case "repository":
		return &d.repository
	case "release":
		return &d.release
	default:
		return &skipped{}
	}
}

// isComplete reports whether nothing that matters to a hint is still to come.
func (d *decoded) isComplete(event string) bool {
	if d.action != "" && event == "pull_request" && !hintActions[d.action] {
		return true
	}
	if d.repository.FullName == "" {
		return false
	}
	switch event {
	case "pull_request":
		return d.number != 0 && d.action != ""
	case "push":
		return d.ref != "" && (d.after != "" || !strings.HasPrefix(d.ref, tagsPrefix))
	case "create":
		return d.ref != "" && d.refType != ""
	default:
		return d.action != "" && (d.release.TagName != "" || !tagActions[d.action])
	}
}

// tag returns the tag that an event is about; "" if it is about none.
func (d *decoded) tag(event string) string {
	switch event {
	case "push":
		name, isTag := strings.CutPrefix(d.ref, tagsPrefix)
		return tagOf(name, isTag && !d.deleted && d.after != noCommit)
	case "create":
		return tagOf(d.ref, d.refType == "tag")
	default:
		return tagOf(d.release.TagName, tagActions[d.action])
	}
}

// skipped is JSON that does not matter.
type skipped struct{}

// UnmarshalJSON implements json.Unmarshaler.
func (*skipped) UnmarshalJSON([]byte) error { return nil }
