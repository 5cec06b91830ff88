package github

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxSummary bounds the title of a section, in characters of what it shows. A longer one is cut.
const maxSummary = 120

// section is what is folded until somebody wants to read it. It implements elastic.
type section struct {
	open, end string
	// parts are the lines and the quote, without what is empty.
	parts []excerpt
}

// sections returns those of a card that say something.
func sections(card chatops.Card) []section {
	var all []section
	for _, one := range card.Sections {
		if s, ok := newSection(one); ok {
			all = append(all, s)
		}
	}
	return all
}

func newSection(from chatops.Section) (section, bool) {
	var s section
	for _, part := range []lines{newList(from), newQuote(from.Quote, from.Language)} {
		if part.count() > 0 {
			s.parts = append(s.parts, excerpt{part})
		}
	}
	title := []rune(flat(from.Title))
	if len(title) > maxSummary {
		title = append(title[:maxSummary-1], '…')
	}
	if len(s.parts) == 0 {
		// There is nothing to unfold.
		s.open = renderText(chatops.Line(chatops.Bold(string(title))))
		return s, s.open != ""
	}
	if len(title) == 0 {
		title = []rune("Details")
	}
	// HTML goes on until an empty line, Markdown after it.
	s.open = "<details><summary>" + escapeHTML(string(title)) + "</summary>" + between
	s.end = between + "</details>"
	return s, true
}

// frame is what the section comes to without its parts.
func (s section) frame() int {
	return utf8.RuneCountInString(s.open) + len(s.end) + len(between)*max(0, len(s.parts)-1)
}

func (s section) least() int {
	length := s.frame()
	for _, part := range s.parts {
		length += part.least()
	}
	return length
}

func (s section) size() int {
	length := s.frame()
	for _, part := range s.parts {
		length += part.size()
	}
	return length
}

func (s section) render(most int) string {
	return s.open + strings.Join(together(s.parts, most-s.frame()), between) + s.end
}

// folded renders sections in at most that many characters, those that stand between them included. It
// counts the sections of which not even the title fits.
func folded(all []section, most int) []string {
	if len(all) == 0 {
		return nil
	}
	least := make([]int, len(all))
	needed := 0
	for i, s := range all {
		least[i] = s.least() + len(between)
		needed += least[i]
	}
	shown := len(all)
	if needed > most {
		most -= omission
	}
	for ; shown > 0 && needed > most; shown-- {
		needed -= least[shown-1]
	}
	texts := together(all[:shown], most-shown*len(between))
	if missing := len(all) - shown; missing > 0 {
		texts = append(texts, fmt.Sprintf("… and %d more %s", missing, plural(missing, "section")))
	}
	return texts
}
