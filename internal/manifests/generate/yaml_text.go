package generate

import (
	"strings"
	"unicode/utf8"
)

// words are what YAML 1.1 takes for something else than a text, in lower case.
var words = map[string]bool{
	"": true, "~": true, "null": true, "true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

// isPlain reports whether a text needs no quotation marks. It says no to more than it has to: to everything that
// begins like a number, a date or a mark of YAML's.
func isPlain(s string) bool {
	if len(s) > 0 && !isLetter(s[0]) && s[0] != '/' && s[0] != '_' && !strings.HasPrefix(s, "./") && !strings.HasPrefix(s, "$") {
		return false
	}
	// A fraction such as .5 begins with a dot, and no folder such as ./src is one.
	for i := range len(s) {
		switch c := s[i]; {
		case isLetter(c), '0' <= c && c <= '9', strings.IndexByte("-_./@+=,()*${}'\"^~<>!", c) >= 0:
		case c == ' ' && i+1 < len(s) && s[i+1] != '#' && s[i-1] != ' ':
		case c == ':' && i+1 < len(s) && s[i+1] != ' ':
		default:
			return false
		}
	}
	const longestWord = 5
	return len(s) > longestWord || !words[strings.ToLower(s)]
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// mustEscape reports what may only stand in double quotation marks, and escaped.
func mustEscape(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && r <= 0x9f || r == '\u2028' || r == '\u2029' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' || r == utf8.RuneError
}

const hex = "0123456789abcdef"

// appendQuoted appends a text in double quotation marks.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, '\\', 'n')
		case r == '\t':
			b = append(b, '\\', 't')
		case mustEscape(r):
			b = append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// isBlock reports whether a text of several lines can be written as such.
func isBlock(s string) bool {
	body, ended := strings.CutSuffix(s, "\n")
	if !ended || body == "" || strings.HasSuffix(body, "\n") || body[0] == ' ' || body[0] == '\n' {
		return false
	}
	for line := range strings.SplitSeq(body, "\n") {
		if strings.ContainsFunc(line, mustEscape) || strings.TrimRight(line, " ") != line {
			return false
		}
	}
	return true
}

// appendBlock appends a text of several lines.
func appendBlock(b []byte, s string, indent int) []byte {
	b = append(b, '|', '\n')
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		if line != "" {
			b = append(appendIndent(b, indent), line...)
		}
		b = append(b, '\n')
	}
	return b
}
