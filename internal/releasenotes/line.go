package releasenotes

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// versionPattern is a heading that only says what is released, and when: "3.2.0", "Release red v3.2.0",
// "red: 3.2.0 (2026-11-20)".
var versionPattern = regexp.MustCompile(`(?i)^(?:release |version )?(?:@?[\w./-]{1,60}?(?:: ?|@| |-|/))?v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]{1,60})?` +
	`(?: *(?:[([/–—-] *)?\d{4}-\d{2}-\d{2}[)\]]?)?$`)

func isVersion(heading string) bool {
	return versionPattern.MatchString(strings.Join(strings.Fields(heading), " "))
}

var spaces = regexp.MustCompile(`\s+`)

// tidy returns a line with single spaces between words, and none at its ends, and without empty spans.
func tidy(line chatops.Text) chatops.Text {
	line = merged(line)
	for i := range line {
		if line[i].Kind != chatops.SpanCode {
			line[i].Text = spaces.ReplaceAllString(line[i].Text, " ")
		}
	}
	for len(line) > 0 {
		last := len(line) - 1
		if line[0].Kind != chatops.SpanCode {
			line[0].Text = strings.TrimLeft(line[0].Text, " ")
		}
		if line[last].Kind != chatops.SpanCode {
			line[last].Text = strings.TrimRight(line[last].Text, " ")
		}
		switch {
		case strings.TrimSpace(line[0].Text) == "":
			line = line[1:]
		case strings.TrimSpace(line[last].Text) == "":
			line = line[:last]
		default:
			return line
		}
	}
	return nil
}

// merged joins neighbours of the same kind, and drops empty ones.
func merged(line chatops.Text) chatops.Text {
	var out chatops.Text
	for _, span := range line {
		last := len(out) - 1
		switch {
		case span.Text == "":
		case last >= 0 && out[last].Kind == span.Kind && (span.Kind == chatops.SpanPlain || span.Kind == chatops.SpanBold):
			out[last].Text += span.Text
		default:
			out = append(out, span)
		}
	}
	return out
}

// cut returns a line in at most that many characters, of which an ellipsis is one.
func cut(line chatops.Text, most int) chatops.Text {
	length := 0
	for _, span := range line {
		length += utf8.RuneCountInString(span.Text)
	}
	if length <= most {
		return line
	}
	left := most - 1
	var kept chatops.Text
	for _, span := range line {
		if length := utf8.RuneCountInString(span.Text); length > left {
			// Half a label leads nowhere.
			if span.Kind != chatops.SpanLink {
				span.Text = string([]rune(span.Text)[:left])
				kept = append(kept, span)
			}
			break
		}
		kept = append(kept, span)
		left -= utf8.RuneCountInString(span.Text)
	}
	return merged(append(kept, chatops.Plain("…")))
}
