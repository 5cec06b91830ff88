package terminal

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// indent stands before the lines of a section.
const indent = "  "

// sections renders all sections whole: a terminal can be scrolled, and searched, and written to a file.
func sections(p pen, all []chatops.Section) string {
	parts := make([]string, len(all))
	for i, s := range all {
		parts[i] = line(p.in(bold, flat(s.Title))) + sectionLines(p, s.Lines) + quote(p, s)
	}
	return join("\n", parts...)
}

func sectionLines(p pen, all []chatops.Text) string {
	inOneLine := func(text string) string { return strings.ReplaceAll(clean(text), "\n", " ") }
	var b strings.Builder
	for _, text := range all {
		if shown := strings.TrimRight(words(p, text, inOneLine), " "); shown != "" {
			b.WriteString(line(indent + shown))
		}
	}
	return b.String()
}

// quote is not indented, so that it can be taken from the terminal as it is.
func quote(p pen, s chatops.Section) string {
	text := strings.Trim(cleanQuote(s.Quote), "\n")
	if text == "" {
		return ""
	}
	var b strings.Builder
	for row := range strings.SplitSeq(text, "\n") {
		if s.Language == "diff" {
			row = diffRow(p, row)
		}
		b.WriteString(row + "\n")
	}
	return b.String()
}

// diffRow has the colours that Git gives a line of a unified diff.
func diffRow(p pen, row string) string {
	switch {
	case strings.HasPrefix(row, "+"):
		return p.in(green, row)
	case strings.HasPrefix(row, "-"):
		return p.in(red, row)
	case strings.HasPrefix(row, "@@"):
		return p.in(cyan, row)
	default:
		return row
	}
}
