package chatops

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text is a line or paragraph with a little form. Renderers escape every span, so a foreign string
// can never become markup, a link or a mention.
type Text []Span

// SpanKind is the form of a span.
type SpanKind int

// The kinds of spans.
const (
	SpanPlain SpanKind = iota
	SpanBold
	SpanCode
	SpanLink
	SpanMention
)

// Span is a piece of a Text in one form.
type Span struct {
	Kind SpanKind
	Text string
	// URL is where a SpanLink leads.
	URL string
	// Actor is whom a SpanMention calls. A surface that doesn't know the person shows the name.
	Actor Actor
}

// Plain returns a span shown as it is.
func Plain(s string) Span { return Span{Kind: SpanPlain, Text: s} }

// Bold returns a span that stands out.
func Bold(s string) Span { return Span{Kind: SpanBold, Text: s} }

// Code returns a span set as code: names of objects, commands to type.
func Code(s string) Span { return Span{Kind: SpanCode, Text: s} }

// LinkTo returns a span that leads to url.
func LinkTo(label, url string) Span { return Span{Kind: SpanLink, Text: label, URL: url} }

// Mention returns a span that calls a person.
func Mention(a Actor) Span {
	name := a.Name
	if name == "" {
		name = a.ID
	}
	return Span{Kind: SpanMention, Text: name, Actor: a}
}

// Line returns a Text of the spans.
func Line(spans ...Span) Text { return spans }

// String returns the words alone, for logs and for surfaces without form.
func (t Text) String() string {
	var b strings.Builder
	for _, s := range t {
		if s.Kind == SpanMention {
			b.WriteByte('@')
		}
		b.WriteString(s.Text)
	}
	return b.String()
}

// MaxQuoted is how much of a word that nobody knows is repeated in an answer, in characters.
const MaxQuoted = 60

// Shorten returns the first most characters of a foreign string; an ellipsis after them shows that
// there were more.
func Shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// Fit returns a foreign string in at most that many characters, of which the ellipsis is one.
func Fit(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return Shorten(s, most-1)
}

// Count writes a number and its noun: "1 promotion", "2 promotions".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
