package slack

import (
	"fmt"
	"sort"
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// lines is text of which the beginning can be shown by itself.
type lines interface {
	count() int
	// size is what the first n lines come to, in JSON, and elements is what they are.
	size(n int) int
	elements(n int) []slackapi.RichTextElement
	// more says how many lines are missing.
	more(missing int) string
}

// excerpt is as many lines as there is room for.
type excerpt struct{ lines }

func (e excerpt) whole() int { return e.size(e.count()) }

// least is what it comes to if it only says how much is missing.
func (e excerpt) least() int { return min(e.whole(), jsonSize(e.note(e.count()))) }

// render returns it in at most that much JSON, which is least or more.
func (e excerpt) render(most int) []slackapi.RichTextElement {
	all := e.count()
	if e.whole() <= most {
		return e.elements(all)
	}
	room := most - jsonSize(e.note(all))
	shown := sort.Search(all, func(n int) bool { return e.size(n+1) > room })
	if shown == 0 {
		return []slackapi.RichTextElement{e.note(all)}
	}
	return append(e.elements(shown), e.note(all-shown))
}

func (e excerpt) note(missing int) slackapi.RichTextElement {
	return slackapi.NewRichTextSection(plain(e.more(missing)))
}

// list is the lines of a section. It implements lines.
type list struct {
	// items are those that a message could hold; missing counts the others.
	items   []slackapi.RichTextElement
	missing int
	// sizes has for each number of items what they come to.
	sizes []int
	// hasBullets says that the lines have their own.
	hasBullets bool
}

func newList(s chatops.Section) list {
	l := list{hasBullets: s.HasBullets()}
	size := 0
	if !l.hasBullets {
		size = jsonSize(bulletList())
	}
	l.sizes = []int{size}
	for _, line := range s.Lines {
		if isBlank(line) {
			continue
		}
		if size > maxMessage {
			l.missing++
			continue
		}
		item := slackapi.NewRichTextSection(wholeLine(line)...)
		size += jsonSize(item)
		l.items, l.sizes = append(l.items, item), append(l.sizes, size)
	}
	return l
}

func (l list) count() int     { return len(l.items) + l.missing }
func (l list) size(n int) int { return l.sizes[min(n, len(l.items))] }

func (l list) elements(n int) []slackapi.RichTextElement {
	if l.hasBullets {
		return append([]slackapi.RichTextElement{}, l.items[:n]...)
	}
	return []slackapi.RichTextElement{bulletList(l.items[:n]...)}
}

// more does not say what it counts: that is in the title of the section.
func (l list) more(missing int) string { return fmt.Sprintf("… and %d more", missing) }

func bulletList(items ...slackapi.RichTextElement) slackapi.RichTextElement {
	return slackapi.NewRichTextList(slackapi.RTEListBullet, 0, items...)
}

// wholeLine renders a Text in one line, uncut.
func wholeLine(text chatops.Text) []element {
	var out []element
	for _, span := range oneLine(text) {
		if text := spanText(span); text != "" {
			out = append(out, spanElement(span, text))
		}
	}
	return merged(out)
}

// quote is preformatted text. It implements lines.
type quote struct {
	rows []string
	// sizes has for each number of rows what they come to.
	sizes []int
}

func newQuote(text string) quote {
	text = strings.Trim(cleanQuote(text), "\n")
	size := jsonSize(preformatted(""))
	q := quote{sizes: []int{size}}
	if strings.TrimSpace(text) == "" {
		return q
	}
	q.rows = strings.Split(text, "\n")
	for _, row := range q.rows {
		// Without its quotation marks and the encoder's line break, but with its own, which takes two.
		size += jsonSize(row) - 1
		q.sizes = append(q.sizes, size)
	}
	return q
}

func (q quote) count() int     { return len(q.rows) }
func (q quote) size(n int) int { return q.sizes[n] }

func (q quote) elements(n int) []slackapi.RichTextElement {
	return []slackapi.RichTextElement{preformatted(strings.Join(q.rows[:n], "\n"))}
}

func (q quote) more(missing int) string { return "… and " + chatops.Count(missing, "more line") }

// preformatted names no language: Slack does not say which it knows, nor what it does with another.
func preformatted(text string) slackapi.RichTextElement {
	return &slackapi.RichTextPreformatted{Type: slackapi.RTEPreformatted, Elements: []element{plain(text)}}
}
