package wording

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// maxTitle is what fits into a header in Slack, and maxLine what is read in a line of a chat, in characters.
	maxTitle = 150
	maxLine  = 500
	maxWhy   = 150
)

// Apply puts a card into the words of the templates of that kind. What the card shows beside its words (steps, table,
// sections, buttons, links) stays. If a template can't be used, the card comes back as it was, with one line that says
// so, and the error is a *Problem. A nil Templates changes nothing.
func (t *Templates) Apply(kind string, data Data, card chatops.Card) (chatops.Card, error) {
	if t == nil || t.byKind[kind] == nil {
		return card, nil
	}
	changed, problem := t.byKind[kind].apply(kind, data, card)
	if problem == nil {
		return changed, nil
	}
	hint := chatops.Fit(fmt.Sprintf("The template %s of the configuration can't be used: it %s", problem.Field(), oneLine(problem.Message)), maxWhy) + "."
	card.Body = append(slices.Clone(card.Body), chatops.Line(chatops.Plain(hint)))
	return card, problem
}

func (w *wording) apply(kind string, data Data, card chatops.Card) (chatops.Card, *Problem) {
	if w.problem != nil {
		return card, w.problem
	}
	if w.title != nil {
		title, err := render(w.title, data, maxTitle)
		if err != nil {
			return card, &Problem{Kind: kind, Line: -1, Message: "can't be filled in with this", Detail: plainly(err)}
		}
		// A message without a title would be none.
		if title != "" {
			card.Title = title
		}
	}
	if !w.hasLines {
		return card, nil
	}
	var body []chatops.Text
	for i, line := range w.lines {
		text, err := render(line, data, maxLine)
		if err != nil {
			return card, &Problem{Kind: kind, Line: i, Message: "can't be filled in with this", Detail: plainly(err)}
		}
		if text != "" {
			body = append(body, chatops.Line(chatops.Plain(text)))
		}
	}
	card.Facts, card.Body = nil, body
	return card, nil
}

// render fills in a template, and returns one line of at most that many characters.
func render(t *template, data Data, most int) (string, error) {
	out := &bounded{left: maxOutput}
	if err := t.execute(out, data); err != nil {
		return "", err
	}
	return chatops.Fit(oneLine(out.text.String()), most), nil
}

// maxOutput is more than ends up in a line, in bytes.
const maxOutput = 8 << 10

// bounded keeps the beginning of what is written.
type bounded struct {
	text strings.Builder
	left int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	kept := min(len(p), b.left)
	b.left -= kept
	b.text.Write(p[:kept])
	return len(p), nil
}

// oneLine returns a text on one line, with single spaces, and without what can't be seen.
func oneLine(text string) string {
	const joiner = '\u200d' // part of some emoji
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == joiner {
			return r
		}
		return ' '
	}, strings.ToValidUTF8(text, " "))
	return strings.Join(strings.Fields(text), " ")
}
