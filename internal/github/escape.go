package github

import (
	"fmt"
	"strings"
	"unicode"
)

// apart is a zero-width space as an HTML entity. GitHub looks for mentions, references and URLs in
// the finished HTML, where a backslash or an entity no longer protects: only something that stands
// between does. Dependabot and Renovate do the same.
const apart = "&#8203;"

// clean makes a foreign string valid and printable: control characters and those that reverse the
// direction of writing are dropped, and every kind of line break becomes "\n".
func clean(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\t':
			return ' '
		case unicode.IsControl(r), r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
			return -1
		}
		return r
	}, text)
}

// flat is clean in a single line.
func flat(text string) string {
	return strings.Join(strings.Fields(clean(text)), " ")
}

// escapePlain returns a cleaned string as Markdown that shows it as it is: no markup, no HTML, no
// link, no mention, no reference. A line break stays one, several become one: a paragraph stays a
// paragraph. lineStart says that the string stands at the beginning of a line.
func escapePlain(text string, lineStart bool) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for i := 0; i < len(text); {
		if lineStart {
			i += len(text[i:]) - len(strings.TrimLeftFunc(text[i:], unicode.IsSpace))
			i += escapeLineStart(&b, text[i:])
			lineStart = false
			continue
		}
		c := text[i]
		if c == '\n' {
			lineStart = strings.TrimSpace(text[i:]) != ""
			if lineStart {
				b.WriteByte('\n')
			}
			i++
			continue
		}
		escapeByte(&b, text, i)
		i++
	}
	return b.String()
}

// escapeLineStart writes what at the beginning of a line would be a list, a rule, a table or a command
// to some other bot. It returns the length of what it wrote of text.
func escapeLineStart(b *strings.Builder, text string) int {
	number := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if rest := text[number:]; number > 0 && rest != "" && (rest[0] == '.' || rest[0] == ')') &&
		(len(rest) == 1 || rest[1] == ' ' || rest[1] == '\n') {
		b.WriteString(text[:number] + `\` + rest[:1])
		return number + 1
	}
	if text == "" || strings.IndexByte("-+=/:", text[0]) < 0 {
		return 0
	}
	b.WriteByte('\\')
	escapeByte(b, text, 0)
	return 1
}

// escapeByte writes the byte at i so that it stands for itself. Bytes of longer runes do anyway.
func escapeByte(b *strings.Builder, text string, i int) {
	switch c := text[i]; c {
	case '<':
		b.WriteString("&lt;")
	case '>':
		b.WriteString("&gt;")
	case '&':
		b.WriteString("&amp;")
	case '@':
		b.WriteString("@" + apart)
	case '#':
		b.WriteString(`\#` + apart)
	case '\\', '`', '*', '_', '[', ']', '|', '~', '$', '!':
		b.WriteByte('\\')
		b.WriteByte(c)
	default:
		b.WriteByte(c)
		if startsLink(text, i) {
			b.WriteString(apart)
		}
	}
}

// escapeHTML returns a cleaned line as HTML that shows it as it is. It stands where Markdown is not read,
// so that a backslash would be seen; the same characters are escaped as entities, should it be read after
// all.
func escapeHTML(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; c {
		case '<', '>', '&', '@':
			escapeByte(&b, text, i)
		case '#':
			b.WriteString("#" + apart)
		case '$':
			// So GitHub says to write one that begins no formula.
			b.WriteString("<span>$</span>")
		case '\\', '`', '*', '_', '[', ']', '|', '~', '!':
			fmt.Fprintf(&b, "&#%d;", c)
		default:
			b.WriteByte(c)
			if startsLink(text, i) {
				b.WriteString(apart)
			}
		}
	}
	return b.String()
}

// startsLink reports whether GitHub might take what ends with the byte at i for the beginning of a
// link or an emoji: "https:", "www.", "GH-" before a number, ":" before a name.
func startsLink(text string, i int) bool {
	switch text[i] {
	case ':':
		rest := text[i+1:]
		name := len(rest) - len(strings.TrimLeftFunc(rest, func(r rune) bool {
			return r == '_' || r == '+' || r == '-' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		}))
		return rest != "" && rest[0] == '/' || name > 0 && name < len(rest) && rest[name] == ':'
	case '.':
		return endsWithFold(text[:i], "www")
	case '-':
		return endsWithFold(text[:i], "gh")
	}
	return false
}

func endsWithFold(text, end string) bool {
	return len(text) >= len(end) && strings.EqualFold(text[len(text)-len(end):], end)
}

// codeSpan returns a cleaned string as a code span, in which everything stands for itself.
func codeSpan(text string) string {
	text = strings.ReplaceAll(text, "\n", " ")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	fence := strings.Repeat("`", backquotes(text)+1)
	// One space inside each end is taken off again by Markdown, if there is one at both.
	isPadded := text[0] == ' ' && text[len(text)-1] == ' '
	if isPadded || text[0] == '`' || text[len(text)-1] == '`' {
		text = " " + text + " "
	}
	return fence + text + fence
}
