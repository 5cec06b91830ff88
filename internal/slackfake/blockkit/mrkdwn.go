package blockkit

import (
	"regexp"
	"strings"
)

// Names tells how Slack shows what a message names by its id: a user (kind '@'), a user
// group ('!') or a channel ('#'). Without an answer the id is shown.
type Names func(kind byte, id string) (name string, ok bool)

// Mrkdwn shows Slack's markup as a person reads it: links by their text, mentions by
// their names, without the signs of bold, italic and struck text. Backquotes stay, since
// code looks different from text in Slack too.
func Mrkdwn(s string, names Names) string {
	var out strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i > 0 {
			out.WriteByte('`')
		}
		code := i%2 == 1
		if !code {
			part = withoutStyle(part)
		}
		out.WriteString(withoutControls(part, names))
	}
	return unescape(out.String())
}

// withoutControls replaces <…> sequences by what they show.
func withoutControls(s string, names Names) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "<")
		inside, after, closed := strings.Cut(rest, ">")
		if !found || !closed {
			out.WriteString(s)
			return out.String()
		}
		out.WriteString(before)
		out.WriteString(control(inside, names))
		s = after
	}
}

// control shows one sequence: https://docs.slack.dev/messaging/formatting-message-text
func control(inside string, names Names) string {
	target, label, labelled := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(target, "!date^"):
		return label // the fallback; a client shows it in its own time zone
	case labelled && label != "":
		if strings.HasPrefix(target, "@") || strings.HasPrefix(target, "#") {
			return target[:1] + strings.TrimPrefix(label, target[:1])
		}
		return label
	case strings.HasPrefix(target, "@"):
		return named('@', "@", target[1:], names)
	case strings.HasPrefix(target, "#"):
		return named('#', "#", target[1:], names)
	case strings.HasPrefix(target, "!subteam^"):
		return named('!', "@", strings.TrimPrefix(target, "!subteam^"), names)
	case strings.HasPrefix(target, "!"):
		return "@" + target[1:] // here, channel, everyone
	}
	return strings.TrimPrefix(target, "mailto:")
}

func named(kind byte, sign, id string, names Names) string {
	if names != nil {
		if name, ok := names(kind, id); ok {
			return sign + name
		}
	}
	return sign + id
}

// withoutStyle drops the signs around bold, italic and struck words. Slack wants them at
// the edges of words, so 2*3*4 and snake_case_name stay as they are.
func withoutStyle(s string) string {
	for _, sign := range []string{`\*`, `_`, `~`} {
		styled := regexp.MustCompile(`(^|[\s(\[*_~"'>—–-])` + sign +
			`([^\s` + sign + `](?:[^\n` + sign + `]*[^\s` + sign + `])?)` + sign + `($|[\s)\].,;:!?*_~"'<—–-])`)
		// Twice, since two styled words in a row share the blank between them.
		s = styled.ReplaceAllString(styled.ReplaceAllString(s, "$1$2$3"), "$1$2$3")
	}
	return s
}

func unescape(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
