package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Foreign text is shown as rich text and plain_text only, never as mrkdwn: in those, text is a value
// of its own and no character in it means anything. So a name with a star, a backquote or
// "<!channel>" in it needs no escaping, which mrkdwn has only in part.

// element is a piece of a line of rich text.
type element = slackapi.RichTextSectionElement

// maxSpans bounds the pieces of one Text. Each costs some 60 characters of JSON.
const maxSpans = 60

// maxURL is how long a link may be: https://docs.slack.dev/reference/block-kit
const maxURL = 3000

// elements renders a Text, cut to that many characters and to maxSpans; what is cut is counted.
func elements(t chatops.Text, limit int) []element {
	var (
		out  []element
		left = limit
	)
	for i, span := range t {
		text := spanText(span)
		if text == "" {
			continue
		}
		if i >= maxSpans || left == 0 {
			return append(out, plain("… and "+chatops.Count(runes(t[i:]), "more character")))
		}
		if length := utf8.RuneCountInString(text); length > left {
			out = append(out, spanElement(span, string([]rune(text)[:left])))
			return append(out, plain("… and "+chatops.Count(length-left+runes(t[i+1:]), "more character")))
		}
		left -= utf8.RuneCountInString(text)
		out = append(out, spanElement(span, text))
	}
	return out
}

// spanText returns what a span says.
func spanText(span chatops.Span) string {
	text := clean(span.Text)
	if text == "" && span.Kind == chatops.SpanLink {
		return clean(span.URL)
	}
	return text
}

// runes counts the characters of what a Text says.
func runes(t chatops.Text) int {
	n := 0
	for _, span := range t {
		n += utf8.RuneCountInString(spanText(span))
	}
	return n
}

func spanElement(span chatops.Span, text string) element {
	switch span.Kind {
	case chatops.SpanBold:
		return styled(text, &slackapi.RichTextSectionTextStyle{Bold: true})
	case chatops.SpanCode:
		return styled(text, &slackapi.RichTextSectionTextStyle{Code: true})
	case chatops.SpanLink:
		return linkElement(text, span.URL)
	case chatops.SpanMention:
		if who, ok := mentionOf(span.Actor); ok {
			return who.element
		}
		return plain("@" + text)
	default:
		return plain(text)
	}
}

// linkElement links to a web page. Of a link to anything else only the label is shown.
func linkElement(label, target string) element {
	if !isWebURL(target) {
		return plain(label)
	}
	return slackapi.NewRichTextSectionLinkElement(target, label, nil)
}

func isWebURL(s string) bool {
	if len(s) > maxURL || clean(s) != s {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func plain(text string) element { return styled(text, nil) }

func styled(text string, style *slackapi.RichTextSectionTextStyle) element {
	return slackapi.NewRichTextSectionTextElement(text, style)
}

// joined puts items on one line, up to that much JSON; the rest is counted: "… and 3 more".
func joined(items [][]element, separator string, budget int) []element {
	var out []element
	for i, item := range items {
		if budget -= jsonSize(item); budget < 0 {
			return append(out, plain(fmt.Sprintf(" … and %d more", len(items)-i)))
		}
		if i > 0 {
			out = append(out, plain(separator))
		}
		out = append(out, item...)
	}
	return out
}

// richText is a block of lines, without those that are empty; nil if all are.
func richText(lines ...[]element) slackapi.Block {
	var sections []slackapi.RichTextElement
	for _, line := range lines {
		if len(line) > 0 {
			sections = append(sections, slackapi.NewRichTextSection(line...))
		}
	}
	if len(sections) == 0 {
		return nil
	}
	return slackapi.NewRichTextBlock("", sections...)
}

// jsonSize returns how many characters a value is as JSON: what counts against a message's limit.
func jsonSize(v any) int {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		// Blocks are structs of strings all through: they always encode.
		panic(err)
	}
	return utf8.RuneCount(buffer.Bytes())
}
