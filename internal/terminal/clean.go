package terminal

import (
	"regexp"
	"strings"
	"unicode"
)

// sequence is what makes a terminal do something (ECMA-48): control sequences, strings with a command
// in them, and the shorter ones.
var sequence = regexp.MustCompile(
	"(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]" +
		"|(?:\x1b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)" +
		"|\x1b[ -/]*[0-~]")

// clean makes a foreign string valid and printable: escape sequences, control characters and those that
// reverse the direction of writing are dropped, and every kind of line break becomes "\n".
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	text = sequence.ReplaceAllString(text, "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case isUnsafe(r):
			return -1
		}
		return r
	}, text)
}

// cleanCommand is clean for what is to be typed: only "\n" breaks its lines. Any other line break is a foreign one, and
// must not begin a line of its own.
func cleanCommand(text string) string {
	return clean(strings.NewReplacer("\r", "", "\u0085", "", "\u2028", "", "\u2029", "").Replace(text))
}

// cleanQuote is clean for what keeps its tabs.
func cleanQuote(text string) string {
	parts := strings.Split(sequence.ReplaceAllString(text, ""), "\t")
	for i, part := range parts {
		parts[i] = clean(part)
	}
	return strings.Join(parts, "\t")
}

// isUnsafe reports whether a terminal does something else with the character than to show it.
func isUnsafe(r rune) bool {
	return unicode.IsControl(r) || r == '\u200E' || r == '\u200F' || r == '\u061C' ||
		r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// flat is clean in a single line.
func flat(text string) string { return strings.Join(strings.Fields(clean(text)), " ") }
