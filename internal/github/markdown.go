package github

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// maxComment is how long a comment may be, in characters: GitHub answers 422 to more.
	maxComment = 65_536
	// maxTitle bounds the heading, in characters. A longer one is cut.
	maxTitle = 300
	// omission is room for a line that says what was left out.
	omission = 100

	betweenFacts = " · "
	// betweenSteps is an em space: HTML makes one of several common ones.
	betweenSteps = "\u2003"
)

// markdown renders a card as the body of a comment that carries the marker. It returns at most
// maxComment characters and says how much it left out.
func markdown(card chatops.Card, marker string) string {
	return markdownWithin(card, marker, maxComment)
}

// markdownWithin is markdown in at most so many characters, which have to be some hundreds.
func markdownWithin(card chatops.Card, marker string, most int) string {
	end := hidden(marker)
	left := most - utf8.RuneCountInString(end) - len(between)
	above, folding, below := blocksAbove(card), sections(card), blocksBelow(card)
	if len(folding) == 0 {
		above, below = append(above, below...), nil
	}
	// Half of a comment is kept for the sections and what stands below them, and half of that for the
	// sections, if they need as much.
	kept := length(below)
	for _, s := range folding {
		kept += s.size() + len(between)
	}
	parts := fill(above, left-min(kept, left/2))
	last := fill(below, min(length(below), left/4))
	parts = append(parts, folded(folding, left-joined(parts)-joined(last))...)
	parts = append(parts, last...)
	if end != "" {
		parts = append(parts, end)
	}
	return strings.Join(parts, between)
}

// fill renders as many blocks as that many characters hold, and counts the others.
func fill(blocks []block, most int) []string {
	if length(blocks) > most {
		most -= omission
	}
	var parts []string
	for i, block := range blocks {
		part := block.render(most - len(between))
		most -= utf8.RuneCountInString(part) + len(between)
		parts = append(parts, part)
		if rest := len(blocks) - i - 1; rest > 0 && most < omission && most < length(blocks[i+1:]) {
			return append(parts, fmt.Sprintf("… and %d more %s", rest, plural(rest, "paragraph")))
		}
	}
	return parts
}

// length is what whole blocks come to, and joined what is rendered does, with what separates them.
func length(blocks []block) int {
	sum := 0
	for _, b := range blocks {
		sum += b.size() + len(between)
	}
	return sum
}

func joined(parts []string) int {
	sum := 0
	for _, part := range parts {
		sum += utf8.RuneCountInString(part) + len(between)
	}
	return sum
}

// block is a part of a comment that stands by itself.
type block interface {
	// size is the length of the whole block, in characters.
	size() int
	// render returns the block in at most that many characters, and says in it what is missing.
	render(most int) string
}

// paragraph is a block of text.
type paragraph struct {
	prefix string
	text   chatops.Text
	// whole is the text as Markdown.
	whole string
}

// size implements block.
func (p paragraph) size() int {
	return utf8.RuneCountInString(p.prefix) + utf8.RuneCountInString(p.whole)
}

// render implements block.
func (p paragraph) render(most int) string {
	most -= utf8.RuneCountInString(p.prefix)
	if utf8.RuneCountInString(p.whole) <= most {
		return p.prefix + p.whole
	}
	return p.prefix + cut(p.prefix, p.text, most)
}

// cut returns as much of a text as fits into that many characters, and says how much is missing. It
// cuts what is to be rendered and not what was, so that no markup stays open and no rune is halved.
func cut(prefix string, text chatops.Text, most int) string {
	total := 0
	for _, span := range text {
		total += utf8.RuneCountInString(span.Text)
	}
	render := func(kept int) string {
		missing := total - kept
		note := chatops.Plain(fmt.Sprintf(" … (%d more %s)", missing, plural(missing, "character")))
		return renderAfter(prefix, append(first(text, kept), note))
	}
	// The smallest number of runes that is too many.
	tooMany := sort.Search(total, func(kept int) bool { return utf8.RuneCountInString(render(kept)) > most })
	return render(max(0, tooMany-1))
}

// first returns the first so many runes of a text.
func first(text chatops.Text, runes int) chatops.Text {
	var kept chatops.Text
	for _, span := range text {
		length := utf8.RuneCountInString(span.Text)
		if length > runes {
			// Half a name is nobody's, and half a label leads nowhere.
			if span.Kind == chatops.SpanPlain || span.Kind == chatops.SpanBold || span.Kind == chatops.SpanCode {
				span.Text = string([]rune(span.Text)[:runes])
				kept = append(kept, span)
			}
			break
		}
		kept = append(kept, span)
		runes -= length
	}
	return kept
}

// blocksAbove returns what stands above the sections of a card in the order in which it is read, without
// what is empty.
func blocksAbove(card chatops.Card) []block {
	sign, word := mood(card.State)
	var all []block
	all = appendParagraph(all, "### "+sign, heading(card.Title))
	all = appendParagraph(all, "", stateLine(word, flat(card.Status)))
	all = appendParagraph(all, "", facts(card.Facts))
	all = appendParagraph(all, "", steps(card.Steps))
	if rows, ok := table(card.Table); ok {
		all = append(all, rows)
	}
	for _, text := range card.Body {
		all = appendParagraph(all, "", text)
	}
	return all
}

// blocksBelow returns what stands below the sections.
func blocksBelow(card chatops.Card) []block {
	var all []block
	if commands, ok := actions(card.Actions); ok {
		all = append(all, commands)
	}
	return appendParagraph(all, "", links(card.Links))
}

func appendParagraph(all []block, prefix string, text chatops.Text) []block {
	whole := renderAfter(prefix, text)
	if whole == "" {
		return all
	}
	return append(all, paragraph{prefix: prefix, text: text, whole: whole})
}

// mood returns the sign and the word for a state: the sign, with a space, for the heading, the word
// for the line below. A sign never stands without the word.
func mood(state chatops.State) (sign, word string) {
	switch state {
	case chatops.StatePending:
		return "⏳ ", "Waiting"
	case chatops.StateRunning:
		return "🔄 ", "Running"
	case chatops.StateSucceeded:
		return "✅ ", "Succeeded"
	case chatops.StateFailed:
		return "❌ ", "Failed"
	case chatops.StateAborted:
		return "⏹️ ", "Aborted"
	case chatops.StateRefused:
		return "⛔ ", "Refused"
	default:
		return "", ""
	}
}

func heading(title string) chatops.Text {
	runes := []rune(flat(title))
	if len(runes) > maxTitle {
		runes = append(runes[:maxTitle], '…')
	}
	return chatops.Line(chatops.Plain(string(runes)))
}

func stateLine(word, status string) chatops.Text {
	var line chatops.Text
	if word != "" {
		line = append(line, chatops.Bold(word))
	}
	if status != "" {
		if len(line) > 0 {
			status = betweenFacts + status
		}
		line = append(line, chatops.Plain(status))
	}
	return line
}

func facts(texts []chatops.Text) chatops.Text {
	var line chatops.Text
	for _, text := range texts {
		if renderText(text) == "" {
			continue
		}
		if len(line) > 0 {
			line = append(line, chatops.Plain(betweenFacts))
		}
		line = append(line, text...)
	}
	return line
}

func steps(all []chatops.Step) chatops.Text {
	names := make([]string, len(all))
	for i, step := range all {
		names[i] = step.State.Sign() + " " + flat(step.Name)
	}
	return chatops.Line(chatops.Plain(strings.Join(names, betweenSteps)))
}

func links(all []chatops.Link) chatops.Text {
	var line chatops.Text
	for _, link := range all {
		if len(line) > 0 {
			line = append(line, chatops.Plain(betweenFacts))
		}
		line = append(line, chatops.LinkTo(link.Label, link.URL))
	}
	return line
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}
