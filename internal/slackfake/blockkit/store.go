package blockkit

import "encoding/json"

// Stored validates blocks and returns them as Slack keeps and hands them out: every
// block has a block_id and every interactive element an action_id; missing ones come
// from newID.
func Stored(raw []byte, newID func() string) (json.RawMessage, *Error) {
	blocks, err := parse(raw)
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		m, _ := b.(map[string]any)
		setMissing(m, "block_id", newID)
		for _, element := range elements(m) {
			if element["type"] != "image" {
				setMissing(element, "action_id", newID)
			}
		}
	}
	return encode(blocks), nil
}

func setMissing(m map[string]any, key string, newID func() string) {
	if _, has := m[key]; !has {
		m[key] = newID()
	}
}

// Button is a button that a message shows.
type Button struct {
	BlockID, ActionID string
	Text              string // label
	Value             string // empty: it has none
	URL               string // empty: it opens nothing
	Style             string // "primary", "danger" or empty
}

// Buttons returns the buttons of stored blocks in the order in which they are shown.
func Buttons(stored json.RawMessage) []Button {
	value, err := decode(stored)
	if err != nil {
		return nil
	}
	blocks, _ := value.([]any)
	var buttons []Button
	for _, b := range blocks {
		m, _ := b.(map[string]any)
		for _, element := range elements(m) {
			if element["type"] == "button" {
				buttons = append(buttons, Button{
					BlockID:  text(m["block_id"]),
					ActionID: text(element["action_id"]),
					Text:     text(element["text"]),
					Value:    text(element["value"]),
					URL:      text(element["url"]),
					Style:    text(element["style"]),
				})
			}
		}
	}
	return buttons
}

// text returns a string, or the text of a text object.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case map[string]any:
		return text(v["text"])
	}
	return ""
}
