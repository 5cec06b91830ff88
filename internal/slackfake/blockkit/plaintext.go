package blockkit

import (
	"encoding/json"
	"fmt"
	"strings"
)

// PlainText shows blocks as a person reads them, one line a line: headers and text
// without markup, two fields a line, buttons as [Promote], links by their text. Blocks
// that can't be read come out empty. Names may be nil.
func PlainText(blocks json.RawMessage, names Names) string {
	value, err := decode(blocks)
	if err != nil {
		return ""
	}
	items, _ := value.([]any)
	p := plain{names}
	var lines []string
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			if shown := p.block(m); shown != "" {
				lines = append(lines, shown)
			}
		}
	}
	return strings.Join(lines, "\n")
}

// plain renders with one set of names.
type plain struct {
	names Names
}

func (p plain) block(m map[string]any) string {
	switch m["type"] {
	case "divider":
		return "---"
	case "section":
		return p.section(m)
	case "context":
		return p.each(m["elements"], "  ", p.element)
	case "actions":
		return p.each(m["elements"], "  ", p.element)
	case "image":
		return p.element(m)
	case "input":
		element, _ := m["element"].(map[string]any)
		return p.text(m["label"]) + ": " + p.element(element)
	case "rich_text":
		return p.each(m["elements"], "\n", p.richText)
	case "table":
		return p.table(m)
	}
	return p.text(m["text"]) // header, markdown
}

func (p plain) section(m map[string]any) string {
	var lines []string
	if shown := p.text(m["text"]); shown != "" {
		lines = append(lines, shown)
	}
	fields, _ := m["fields"].([]any)
	for i := 0; i < len(fields); i += 2 {
		row := p.each(fields[i:min(i+2, len(fields))], "   ", func(field map[string]any) string {
			return strings.ReplaceAll(p.text(field), "\n", " ")
		})
		lines = append(lines, row)
	}
	if accessory, ok := m["accessory"].(map[string]any); ok && len(lines) > 0 {
		lines[0] += "  " + p.element(accessory)
	}
	return strings.Join(lines, "\n")
}

// element shows one element of a context or actions block.
func (p plain) element(m map[string]any) string {
	switch m["type"] {
	case "plain_text", "mrkdwn":
		return p.text(m)
	case "image":
		return "[" + text(m["alt_text"]) + "]"
	case "button":
		return "[" + p.text(m["text"]) + "]"
	case "overflow":
		return "[…]"
	case "checkboxes", "radio_buttons":
		return p.each(m["options"], "  ", func(option map[string]any) string { return "( ) " + p.text(option["text"]) })
	}
	return "[" + p.text(m["placeholder"]) + " v]"
}

func (p plain) table(m map[string]any) string {
	rows, _ := m["rows"].([]any)
	lines := make([]string, len(rows))
	for i, row := range rows {
		lines[i] = p.each(row, " | ", func(cell map[string]any) string {
			if cell["type"] == "rich_text" {
				return p.block(cell)
			}
			return text(cell["text"])
		})
	}
	return strings.Join(lines, "\n")
}

// richText shows a section, list, quote or preformatted text, or what stands in one.
func (p plain) richText(m map[string]any) string {
	switch m["type"] {
	case "text":
		return text(m["text"])
	case "link":
		if label := text(m["text"]); label != "" {
			return label
		}
		return text(m["url"])
	case "user":
		return named('@', "@", text(m["user_id"]), p.names)
	case "usergroup":
		return named('!', "@", text(m["usergroup_id"]), p.names)
	case "channel":
		return named('#', "#", text(m["channel_id"]), p.names)
	case "broadcast":
		return "@" + text(m["range"])
	case "emoji":
		return ":" + text(m["name"]) + ":"
	case "date":
		return text(m["fallback"])
	case "rich_text_list":
		return p.list(m)
	}
	return p.each(m["elements"], "", p.richText)
}

func (p plain) list(m map[string]any) string {
	items, _ := m["elements"].([]any)
	lines := make([]string, 0, len(items))
	for i, item := range items {
		mark := "• "
		if m["style"] == "ordered" {
			mark = fmt.Sprintf("%d. ", i+1)
		}
		if section, ok := item.(map[string]any); ok {
			lines = append(lines, mark+p.richText(section))
		}
	}
	return strings.Join(lines, "\n")
}

// text shows a text object, or a string such as a Markdown block's.
func (p plain) text(v any) string {
	if m, ok := v.(map[string]any); ok && m["type"] == "mrkdwn" {
		return Mrkdwn(text(m), p.names)
	}
	return text(v)
}

// each joins what show makes of the objects in an array, leaving out what shows nothing.
func (p plain) each(v any, separator string, show func(map[string]any) string) string {
	items, _ := v.([]any)
	var shown []string
	for _, item := range items {
		if m, ok := item.(map[string]any); ok {
			if s := show(m); s != "" {
				shown = append(shown, s)
			}
		}
	}
	return strings.Join(shown, separator)
}
