package github

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// checkMarkdown fails the test if there is anything in the Markdown that means something and was
// not put there by the renderer. It reads Markdown by itself, a character at a time.
func checkMarkdown(t *testing.T, card chatops.Card, got, marker string) {
	t.Helper()
	complain := func(format string, args ...any) {
		t.Helper()
		t.Errorf(format+"\nin %q", append(args, got[:min(len(got), 2000)])...)
	}
	if length := utf8.RuneCountInString(got); length > maxComment {
		complain("%d characters", length)
	}
	if !utf8.ValidString(got) {
		complain("not UTF-8")
	}
	body, isMarked := strings.CutSuffix(got, "<!-- "+marker+" -->")
	body = withoutSections(complain, card, body)
	if !isMarked || strings.Contains(withoutCode(body), "<!--") {
		complain("not marked once, at the end")
	}
	body = withoutTable(complain, card, body)
	rest := withoutCode(body)
	mentions := 0
	for i := 0; i < len(rest); i++ {
		after := rest[i+1:]
		switch rest[i] {
		case '\\':
			if strings.HasPrefix(after, "#") && !strings.HasPrefix(after, "#"+apart) {
				complain("a reference at %q", short(rest[i:]))
			}
			i++ // what follows stands for itself
		case '<':
			element, _, _ := strings.Cut(strings.TrimPrefix(after, "/"), ">")
			if element != "strong" && element != "code" {
				complain("HTML at %q", short(rest[i:]))
			}
		case '@':
			if !strings.HasPrefix(after, apart) {
				mentions++
				name := after[:len(after)-len(strings.TrimLeft(after, nameBytes))]
				ends := after[len(name):]
				if !wantsMention(card, name) || strings.HasPrefix(ends, "/") || strings.HasPrefix(ends, `\`) {
					complain("a mention at %q", short(rest[i:]))
				}
			}
		case '#':
			isHeading := i < 3 && strings.HasPrefix(rest, "### ")
			isEntity := i > 0 && rest[i-1] == '&'
			if !isHeading && !isEntity {
				complain("a reference or heading at %q", short(rest[i:]))
			}
		case ':':
			if strings.HasPrefix(after, "//") {
				complain("a URL at %q", short(rest[i:]))
			}
		case 'w', 'W':
			if len(after) > 2 && strings.EqualFold(after[:3], "ww.") && !strings.HasPrefix(after[3:], apart) {
				complain("a URL at %q", short(rest[i:]))
			}
		case '[':
			label, destination, ok := cutLabel(after)
			if !ok || strings.Contains(label, "\n") || !strings.HasPrefix(destination, "http") {
				complain("a link at %q", short(rest[i:]))
				continue
			}
			end := strings.IndexByte(destination, ')')
			if end < 0 || strings.ContainsAny(destination[:end], " \n<>(\"`") {
				complain("a broken link at %q", short(rest[i:]))
				continue
			}
			rest = rest[:i+1] + label + destination[end+1:] // look at the label, and at what follows
		case '_', '~', '|', '$', '!', '`':
			complain("markup at %q", short(rest[i:]))
		}
	}
	checkLineStarts(complain, withoutCode(body))
	if asked := asksForMentions(card); mentions > asked {
		complain("%d mentions for %d asked for", mentions, asked)
	}
}

// withoutTable takes out the lines between the cells of the card's table. It complains of anything else
// that GitHub would take for one, in code, too: a table is cut into cells before all else.
func withoutTable(complain func(string, ...any), card chatops.Card, text string) string {
	lines := strings.Split(text, "\n")
	seen := 0
	for i, line := range lines {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		seen++
		if card.Table == nil || i < 2 || seen == 1 && lines[i-1] != "" || seen > 1 && lines[i-1] == "" {
			complain("a row at %q", short(line))
			continue
		}
		if seen == 2 && line != "|"+strings.Repeat(" --- |", len(card.Table.Columns)) {
			complain("no line below the headings: %q", short(line))
		}
		var b strings.Builder
		bars, backslashes := 0, 0
		for j, c := range []byte(line) {
			switch {
			case c == '|' && backslashes == 0 && (j == 0 || line[j-1] == ' '):
				bars++
				c = '.'
			case c == '|' && backslashes%2 == 0:
				complain("a cell ends at %q", short(line[j:]))
			}
			if c == '\\' {
				backslashes++
			} else {
				backslashes = 0
			}
			b.WriteByte(c)
		}
		if bars != len(card.Table.Columns)+1 {
			complain("a row of %d cells: %q", bars-1, short(line))
		}
		if seen == 2 {
			b.Reset()
		}
		lines[i] = "x" + strings.TrimPrefix(b.String(), ".")
	}
	return strings.Join(lines, "\n")
}

const nameBytes = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-"

// cutLabel cuts where the label of a link ends.
func cutLabel(text string) (label, destination string, ok bool) {
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '\\' {
			i++
		} else if text[i:i+2] == "](" {
			return text[:i], text[i+2:], true
		}
	}
	return "", "", false
}

// checkLineStarts complains of lines that begin a list, a table, a rule or a command.
func checkLineStarts(complain func(string, ...any), text string) {
	for i, line := range strings.Split(text, "\n") {
		if line == "" || i == 0 && strings.HasPrefix(line, "### ") {
			continue
		}
		number := strings.TrimLeft(line, "0123456789")
		isNumbered := len(number) < len(line) && number != "" && (number[0] == '.' || number[0] == ')') &&
			(len(number) == 1 || number[1] == ' ')
		if strings.IndexByte("-+=>:/| \t", line[0]) >= 0 || isNumbered {
			complain("a line begins %q", short(line))
		}
	}
}

// withoutCode takes the code spans out: in them nothing means anything.
func withoutCode(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch text[i] {
		case '\\':
			b.WriteString(text[i:min(i+2, len(text))])
			i += 2
		case '`':
			run := text[i : len(text)-len(strings.TrimLeft(text[i:], "`"))]
			end := closing(text[i+len(run):], run)
			if end < 0 {
				b.WriteString(text[i:]) // an open span: to be complained of
				return b.String()
			}
			b.WriteString("code")
			i += len(run) + end + len(run)
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String()
}

// closing returns where a run of exactly that many backticks begins, or -1.
func closing(text, run string) int {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		length := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if length == len(run) {
			return i
		}
		i += length
	}
	return -1
}

func wantsMention(card chatops.Card, name string) bool {
	wanted := false
	eachSpan(card, func(span chatops.Span) {
		wanted = wanted || span.Kind == chatops.SpanMention && span.Actor.Source == chatops.SourceGitHub && span.Actor.ID == name
	})
	return wanted
}

func asksForMentions(card chatops.Card) int {
	asked := 0
	eachSpan(card, func(span chatops.Span) {
		if span.Kind == chatops.SpanMention && span.Actor.Source == chatops.SourceGitHub {
			asked++
		}
	})
	return asked
}

func eachSpan(card chatops.Card, do func(chatops.Span)) {
	texts := slices.Concat(card.Facts, card.Body)
	for _, section := range card.Sections {
		texts = append(texts, section.Lines...)
	}
	if card.Table != nil {
		texts = slices.Concat(append(card.Table.Rows, texts)...)
	}
	for _, text := range texts {
		for _, span := range text {
			do(span)
		}
	}
}

func short(text string) string { return fmt.Sprintf("%.60s", text) }
