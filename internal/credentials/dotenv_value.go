package credentials

import (
	"strings"
)

const singleQuotes = "put the value in single quotes"

// value reads what is behind the equals sign, or says what is wrong with it.
func (p *envParser) value(text string) (value, message, fix string) {
	if text == "" {
		return "", "", ""
	}
	switch text[0] {
	case '\'', '"':
		return p.quoted(text[1:], text[0])
	case ' ', '\t':
		return "", "has a space before its value", "remove it"
	}
	// A comment begins with a # behind a space: in a password, it does not.
	for i := range text {
		if text[i] == '#' && (i == 0 || text[i-1] == ' ' || text[i-1] == '\t') {
			text = text[:i]
			break
		}
	}
	text = strings.TrimRight(text, " \t")
	switch {
	case strings.ContainsAny(text, " \t"):
		return "", "has a space in its value", singleQuotes
	case strings.ContainsAny(text, "$`\\\"'"):
		return "", "has a sign in its value that a shell would replace, and that is taken as it is here", singleQuotes
	case strings.ContainsAny(text, ";&|<>()"):
		return "", "has a sign in its value at which it ends for a shell, but not here", singleQuotes
	}
	return text, "", ""
}

// quoted reads a value in quotes, up to where they end: on another line, perhaps.
func (p *envParser) quoted(text string, quote byte) (value, message, fix string) {
	var b strings.Builder
	for {
		rest, closed, message, fix := unquote(&b, text, quote)
		if message != "" {
			return "", message, fix
		}
		if closed {
			rest = strings.TrimLeft(rest, " \t")
			if rest != "" && rest[0] != '#' {
				return "", "goes on behind its quotes", "put the whole value in one pair of quotes"
			}
			return b.String(), "", ""
		}
		line, ok := p.next()
		if !ok {
			return "", "has a quotation mark that is never closed", "close it, or put the value in quotes of the other kind"
		}
		b.WriteByte('\n')
		text = line
	}
}

// escapes are what a backslash makes of a letter in double quotes.
var escapes = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '"': '"', '\\': '\\', '$': '$', '`': '`'}

// unquote adds to b what a line has of a quoted value.
func unquote(b *strings.Builder, line string, quote byte) (rest string, closed bool, message, fix string) {
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case c == quote:
			return line[i+1:], true, "", ""
		case quote == '\'':
			b.WriteByte(c)
		case c == '$', c == '`':
			return "", false, "has a sign in double quotes that a shell would replace, and that is taken as it is here",
				singleQuotes + ", or a backslash before the sign"
		case c != '\\':
			b.WriteByte(c)
		case i+1 == len(line):
			return "", false, "has a backslash at the end of a line", "put the value in single quotes, or remove it"
		default:
			i++
			escaped, ok := escapes[line[i]]
			if !ok {
				return "", false, "has a backslash before a sign that needs none", "write two backslashes, or put the value in single quotes"
			}
			b.WriteByte(escaped)
		}
	}
	return "", false, "", ""
}
