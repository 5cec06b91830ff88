package github

import (
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// list is the lines of a section. It implements lines.
type list struct {
	// items are in Markdown, each with what keeps it from the one before.
	items []string
	// lengths has for each number of items what they come to.
	lengths []int
}

func newList(s chatops.Section) list {
	l := list{lengths: []int{0}}
	hasBullets := s.HasBullets()
	// level is how many lists the item before is in, -1 for a line that is no item.
	level, length := -1, 0
	for _, line := range s.Lines {
		depth, isItem := 0, true
		if hasBullets {
			line, depth, isItem = chatops.CutBullet(line)
		}
		text := renderText(inOneLine(line))
		if text == "" {
			continue
		}
		wasItem := level >= 0
		if isItem {
			// One that is deeper by more than one list would be code.
			level = min(depth, level+1)
			text = strings.Repeat("  ", level) + "- " + text
		} else {
			level = -1
		}
		switch {
		case len(l.items) == 0:
		case wasItem == isItem:
			text = "\n" + text
		default:
			text = between + text
		}
		length += utf8.RuneCountInString(text)
		l.items, l.lengths = append(l.items, text), append(l.lengths, length)
	}
	return l
}

func (l list) count() int        { return len(l.items) }
func (l list) length(n int) int  { return l.lengths[n] }
func (l list) text(n int) string { return strings.Join(l.items[:n], "") }

// inOneLine returns a Text without its line breaks.
func inOneLine(text chatops.Text) chatops.Text {
	line := make(chatops.Text, len(text))
	for i, span := range text {
		// A space at either end of a span keeps it from its neighbours.
		span.Text = strings.ReplaceAll(clean(span.Text), "\n", " ")
		line[i] = span
	}
	return line
}
