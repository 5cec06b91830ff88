package github

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// loginPattern is what a login on GitHub looks like, those of managed users included, which have an
// underscore. "org/team" is none.
var loginPattern = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$`)

// spanCodeElement is code as an HTML element, in which characters are escaped as in plain text.
const spanCodeElement chatops.SpanKind = -1

// renderText returns a Text as one paragraph of Markdown, to stand at the beginning of a line.
func renderText(text chatops.Text) string { return renderAfter("", text) }

// renderAfter is renderText for a text that stands after something else in its line.
func renderAfter(prefix string, text chatops.Text) string {
	var b strings.Builder
	var before chatops.SpanKind
	last := byte('\n')
	if prefix != "" {
		last = ' '
	}
	for _, span := range tidy(text) {
		piece := renderSpan(span, last == '\n')
		if piece == "" {
			continue
		}
		if b.Len() > 0 && merges(before, last, span.Kind, piece) {
			b.WriteString(apart)
		}
		b.WriteString(piece)
		before, last = span.Kind, piece[len(piece)-1]
	}
	return strings.TrimSpace(b.String())
}

// tidy cleans the spans, makes those plain that are not what they claim to be, and joins plain ones,
// so that nothing forms across their border that neither contains.
func tidy(text chatops.Text) []chatops.Span {
	var spans []chatops.Span
	for _, span := range text {
		span.Text = clean(span.Text)
		switch span.Kind {
		case chatops.SpanBold, chatops.SpanCode, spanCodeElement:
			if strings.TrimSpace(span.Text) == "" {
				span = chatops.Plain(span.Text)
			}
		case chatops.SpanLink:
			if span.URL = safeURL(span.URL); span.URL == "" {
				span = chatops.Plain(span.Text)
			}
		case chatops.SpanMention:
			if span.Actor.Source != chatops.SourceGitHub || !loginPattern.MatchString(span.Actor.ID) {
				span = chatops.Plain(span.Text)
			}
		default:
			span.Kind = chatops.SpanPlain
		}
		last := len(spans) - 1
		if span.Kind == chatops.SpanPlain && last >= 0 && spans[last].Kind == chatops.SpanPlain {
			spans[last].Text += span.Text
			continue
		}
		spans = append(spans, span)
	}
	return spans
}

func renderSpan(span chatops.Span, lineStart bool) string {
	switch span.Kind {
	case chatops.SpanBold:
		return bold(strings.TrimSpace(strings.ReplaceAll(span.Text, "\n", " ")))
	case chatops.SpanCode:
		return codeSpan(span.Text)
	case spanCodeElement:
		return "<code>" + escapePlain(span.Text, false) + "</code>"
	case chatops.SpanLink:
		label := strings.Join(strings.Fields(span.Text), " ")
		if label == "" {
			label = span.URL
		}
		return "[" + escapePlain(label, false) + "](" + span.URL + ")"
	case chatops.SpanMention:
		return "@" + span.Actor.ID
	default:
		return escapePlain(span.Text, lineStart)
	}
}

// bold returns a cleaned line in bold. Asterisks beside punctuation are no markup, so that such text
// gets the HTML element instead.
func bold(text string) string {
	first, _ := utf8.DecodeRuneInString(text)
	last, _ := utf8.DecodeLastRuneInString(text)
	switch {
	case text == "":
		return ""
	case isWord(first) && isWord(last):
		return "**" + escapePlain(text, false) + "**"
	default:
		return "<strong>" + escapePlain(text, false) + "</strong>"
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// merges reports whether a piece would be understood otherwise right after what stands before it: two
// code spans or two bold ones that touch, or a mention beside what could belong to the name, or make
// an address of it.
func merges(before chatops.SpanKind, last byte, kind chatops.SpanKind, piece string) bool {
	if before == chatops.SpanMention && strings.IndexByte(" \n.,;:?)", piece[0]) < 0 {
		return true
	}
	if kind == chatops.SpanMention && strings.IndexByte(" \n(", last) < 0 {
		return true
	}
	return last == piece[0] && (last == '`' || last == '*')
}

// conversationPath is where a pull request or an issue is.
var conversationPath = regexp.MustCompile(`^/[^/]+/[^/]+/(?:pull|issues)/[0-9]+$`)

// safeURL returns an absolute URL of the web with everything escaped that would mean something in
// Markdown, or "" if it is not one.
func safeURL(text string) string {
	parsed, err := url.Parse(strings.TrimSpace(text))
	if err != nil || parsed.Scheme != "https" && parsed.Scheme != "http" || parsed.Host == "" || parsed.User != nil {
		return ""
	}
	if parsed.Host == "github.com" && conversationPath.MatchString(parsed.Path) {
		// GitHub tells a pull request of every comment that links to it. This address leads there, and tells
		// nobody: it is what Dependabot uses.
		parsed.Host = "redirect.github.com"
	}
	var b strings.Builder
	for _, c := range []byte(parsed.String()) {
		switch {
		case c == '&':
			b.WriteString("&amp;")
		case c <= ' ' || c >= utf8.RuneSelf-1 || strings.IndexByte("()<>\\\"`$|", c) >= 0:
			const digits = "0123456789ABCDEF"
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
