package blockkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxMessageBlocks is how many blocks a message may hold.
const MaxMessageBlocks = 50

// MaxMessageCharacters is how much a message's blocks may come to in all. Slack
// documents no figure; about 13,200 has been measured (slackapi/bolt-js#2509). Here the
// blocks' compact JSON is counted, which is never less than what Slack counts: blocks
// that pass here pass there.
const MaxMessageCharacters = 13200

// Validate checks the blocks of a message: a JSON array of Block Kit blocks. It returns
// the reason why Slack would refuse them, or nil.
func Validate(raw []byte) *Error {
	_, err := parse(raw)
	return err
}

// parse decodes and checks blocks.
func parse(raw []byte) ([]any, *Error) {
	value, err := decode(raw)
	blocks, isArray := value.([]any)
	if err != nil || !isArray {
		return nil, &Error{Code: CodeInvalidFormat, Problems: []Problem{{"must provide an array", "/blocks"}}}
	}
	var r report
	list(0, MaxMessageBlocks, messageBlock())(&r, "/blocks", value)
	if len(r.problems) == 0 {
		checkIDs(&r, blocks)
		checkTotals(&r, blocks)
	}
	if len(r.problems) > 0 {
		return nil, &Error{Code: CodeInvalid, Problems: r.problems}
	}
	if utf8.RuneCount(encode(blocks)) > MaxMessageCharacters {
		return nil, &Error{Code: CodeTooLong}
	}
	return blocks, nil
}

// checkIDs demands that a block_id is used once in a message and an action_id once in a
// block: an interaction is told apart by the two together.
func checkIDs(r *report, blocks []any) {
	seenBlocks := map[string]bool{}
	for i, b := range blocks {
		at := fmt.Sprintf("/blocks/%d", i)
		m, _ := b.(map[string]any)
		if id, ok := m["block_id"].(string); ok {
			if seenBlocks[id] {
				r.addf(at+"/block_id", "block_id must be unique: %s", clip(id))
			}
			seenBlocks[id] = true
		}
		seenActions := map[string]bool{}
		for _, element := range elements(m) {
			if id, ok := element["action_id"].(string); ok {
				if seenActions[id] {
					r.addf(at, "action_id must be unique in its block: %s", clip(id))
				}
				seenActions[id] = true
			}
		}
	}
}

// checkTotals checks what is limited over the whole message: Markdown text, and one table.
func checkTotals(r *report, blocks []any) {
	markdown, tables := 0, 0
	for i, b := range blocks {
		m, _ := b.(map[string]any)
		switch m["type"] {
		case "markdown":
			text, _ := m["text"].(string)
			markdown += utf8.RuneCountInString(text)
		case "table":
			if tables++; tables > 1 {
				r.addf(fmt.Sprintf("/blocks/%d", i), "only one table allowed")
			}
		}
	}
	if markdown > maxMarkdownText {
		r.addf("/blocks", "markdown text must be less than %d characters in all", maxMarkdownText+1)
	}
}

// elements returns a block's interactive elements (and images among them).
func elements(block map[string]any) []map[string]any {
	var found []map[string]any
	add := func(v any) {
		if m, ok := v.(map[string]any); ok {
			found = append(found, m)
		}
	}
	switch block["type"] {
	case "actions":
		items, _ := block["elements"].([]any)
		for _, item := range items {
			add(item)
		}
	case "section":
		add(block["accessory"])
	case "input":
		add(block["element"])
	}
	return found
}

// decode reads exactly one JSON value and keeps numbers as they are written.
func decode(raw []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decode blocks: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("decode blocks: more than one JSON value")
	}
	return value, nil
}

// encode writes decoded JSON compactly and without HTML escapes, which would count "<"
// as six characters.
func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		// What came out of a JSON decoder goes into an encoder.
		panic(fmt.Sprintf("blockkit: encode decoded JSON: %v", err))
	}
	return bytes.TrimRight(buffer.Bytes(), "\n")
}
