package slack

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// clean makes foreign text fit to be shown: valid UTF-8, no control characters but the newline, and
// none of the characters that turn the direction of writing, by which a name can pose as another.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', ' ' <= r && r <= '~':
			return r
		case r == '\u2028', r == '\u2029':
			return '\n'
		case unicode.IsControl(r):
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// cleanLine is clean for what has to stand on one line.
func cleanLine(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(clean(s), "\n", " "))
}

// cleanQuote is clean for lines that keep their tabs.
func cleanQuote(s string) string {
	parts := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\t")
	for i, part := range parts {
		parts[i] = clean(part)
	}
	return strings.Join(parts, "\t")
}

// escape takes their meaning from the three characters that Slack's markup begins everything with:
// links, mentions and entities. https://docs.slack.dev/messaging/formatting-message-text
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// isID reports whether a string has the form of an ID in Slack: "T01", "C7", "U42".
func isID(s string) bool {
	const longest = 32
	if len(s) < 2 || len(s) > longest || s[0] < 'A' || s[0] > 'Z' {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	})
}

// userOf returns the user's ID of an actor's, "U42" of "T01/U42", or "" if it isn't one of Slack.
func userOf(actorID string) string {
	team, user, found := strings.Cut(actorID, "/")
	if !found || !isID(team) || !isID(user) {
		return ""
	}
	return user
}
