package slack

import (
	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Slack folds nothing but what is long, by itself. So a section is shown, in a block of its own, as far as
// the message has room when all else is in it.

const (
	// maxBlocks is how many a message may have: https://docs.slack.dev/reference/block-kit/blocks
	maxBlocks = 50
	// sectionTitleLimit bounds the title of a section, in characters.
	sectionTitleLimit = 150
	// sectionsReserve is room for the line that counts sections, in characters of JSON.
	sectionsReserve = 150
)

// section is a section of a card in Slack's form.
type section struct {
	title []slackapi.RichTextElement
	// parts are the lines and the quote, without what is empty.
	parts []excerpt
}

// sectionsOf returns the sections of a card that say something.
func sectionsOf(card chatops.Card) []section {
	var all []section
	for _, from := range card.Sections {
		var s section
		if title := chatops.Fit(cleanLine(from.Title), sectionTitleLimit); title != "" {
			bold := styled(title, &slackapi.RichTextSectionTextStyle{Bold: true})
			s.title = []slackapi.RichTextElement{slackapi.NewRichTextSection(bold)}
		}
		for _, part := range []lines{newList(from), newQuote(from.Quote)} {
			if part.count() > 0 {
				s.parts = append(s.parts, excerpt{part})
			}
		}
		if len(s.title) > 0 || len(s.parts) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// frame is what the section comes to without its parts.
func (s section) frame() int { return jsonSize(slackapi.NewRichTextBlock("", s.title...)) }

// least is what it comes to if it only says how much is missing.
func (s section) least() int {
	size := s.frame()
	for _, part := range s.parts {
		size += part.least()
	}
	return size
}

func (s section) whole() int {
	size := s.frame()
	for _, part := range s.parts {
		size += part.whole()
	}
	return size
}

// render returns the section in at most that much JSON, which is least or more. Its lines and its quote
// share the room: what is small is whole.
func (s section) render(most int) slackapi.Block {
	wanted := make([]int, len(s.parts))
	for i, part := range s.parts {
		wanted[i] = part.whole() - part.least()
	}
	elements := s.title
	for i, share := range chatops.Shares(most-s.least(), wanted) {
		elements = append(elements, s.parts[i].render(s.parts[i].least()+share)...)
	}
	return slackapi.NewRichTextBlock("", elements...)
}

// sections adds sections up to a size and a number of blocks, and counts those of which not even the title
// fits. They share the room: what is small is whole.
func (b *builder) sections(all []section, budget, blocks int) {
	least := make([]int, len(all))
	needed := 0
	for i, s := range all {
		least[i] = s.least()
		needed += least[i]
	}
	shown := len(all)
	if needed > budget || shown > blocks {
		budget -= sectionsReserve
		shown = min(shown, blocks-1)
		needed = 0
		for _, size := range least[:shown] {
			needed += size
		}
	}
	for ; shown > 0 && needed > budget; shown-- {
		needed -= least[shown-1]
	}
	wanted := make([]int, shown)
	for i := range wanted {
		wanted[i] = all[i].whole() - least[i]
	}
	for i, share := range chatops.Shares(budget-needed, wanted) {
		b.add(all[i].render(least[i] + share))
	}
	if missing := len(all) - shown; missing > 0 {
		b.add(richText([]element{plain("… and " + chatops.Count(missing, "more section"))}))
	}
}
