package slack

import (
	"slices"
	"strings"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Limits of a message, in characters: https://docs.slack.dev/reference/block-kit/blocks
const (
	maxHeader = 150
	// maxMessage is how much JSON a message's blocks come to. Slack refuses about 13,200
	// (msg_blocks_too_long, measured: slackapi/bolt-js#2509); the rest is a margin.
	maxMessage = 12_500
	// maxParagraphs keeps a message with all else it may have under Slack's 50 blocks.
	maxParagraphs = 40
)

// What the parts of a card may take, in characters of text or of JSON. The table and the body share
// what the others leave, which is most of the message: what people are told in practice reaches none
// of these.
const (
	titleLimit     = 600
	statusLimit    = 200
	factLimit      = 300
	factsBudget    = 1_500
	paragraphLimit = 3_000
	linksBudget    = 2_500
	// actionsBudget holds some ten buttons that ask before they act.
	actionsBudget = 3_500
	// leastParagraph is the shortest beginning of a paragraph that is worth showing.
	leastParagraph = 40
)

// rendered is a message in Slack's form.
type rendered struct {
	// text is shown in notifications and read out by screen readers. It is escaped.
	text   string
	blocks []slackapi.Block
}

// renderCard renders any card to a message that Slack accepts.
func renderCard(card chatops.Card, remark note) rendered {
	return renderCalling(card, chatops.Actor{}, remark)
}

// renderCalling renders a card below a line that calls somebody, if that is somebody in Slack.
func renderCalling(card chatops.Card, who chatops.Actor, remark note) rendered {
	card = asTyped(card)
	m := builder{}
	text := fallback(card, remark)
	if call, ok := mentionOf(who); ok {
		m.add(richText([]element{call.element}))
		text = call.markup + " " + text
	}
	m.title(card.Title)
	m.status(card)
	m.add(richText(factsLine(card.Facts), stepsLine(card.Steps)))
	m.finish(card, remark)
	return rendered{text: text, blocks: m.blocks}
}

// renderResult renders the card that calls somebody in a thread: first whom, then what happened.
func renderResult(card chatops.Card, who chatops.Actor, remark note) rendered {
	card = asTyped(card)
	var call, title []element
	text := fallback(card, remark)
	if someone, ok := mentionOf(who); ok {
		call = []element{someone.element, plain(" ")}
		text = someone.markup + " " + text
	}
	if line := chatops.Fit(cleanLine(card.Title), titleLimit); line != "" {
		title = []element{styled(line, &slackapi.RichTextSectionTextStyle{Bold: true})}
	}
	m := builder{}
	m.add(richText(append(call, title...)))
	m.status(card)
	m.add(richText(factsLine(card.Facts), stepsLine(card.Steps)))
	m.finish(card, remark)
	return rendered{text: text, blocks: m.blocks}
}

// builder puts the blocks of a message together and knows what they come to.
type builder struct {
	blocks []slackapi.Block
	size   int
}

func (b *builder) add(block slackapi.Block) {
	if block != nil {
		b.blocks = append(b.blocks, block)
		b.size += jsonSize(block)
	}
}

// title is a header as far as one holds it, and bold text beyond.
func (b *builder) title(title string) {
	title = chatops.Fit(cleanLine(title), titleLimit)
	switch {
	case title == "":
	case utf8.RuneCountInString(title) <= maxHeader:
		b.add(slackapi.NewHeaderBlock(plainText(title)))
	default:
		b.add(richText([]element{styled(title, &slackapi.RichTextSectionTextStyle{Bold: true})}))
	}
}

// status is the state in a sign and a word, and what stands beside the title.
func (b *builder) status(card chatops.Card) {
	if line := statusLine(card); line != "" {
		b.add(slackapi.NewContextBlock("", plainText(line)))
	}
}

// finish adds the table, the body and the sections as far as they fit beside what stands below them, and
// that: the actions, the links and the remark.
func (b *builder) finish(card chatops.Card, remark note) {
	end := builder{}
	end.actions(card.Actions)
	end.add(richText(linksLine(card.Links)))
	end.add(richText(remark.line))
	sections := sectionsOf(card)
	limit := maxMessage - end.size
	if len(sections) > 0 {
		limit -= sectionsReserve
	}
	left := limit - b.size
	// Of a long table and a long body, the body gets a third.
	b.table(card.Table, left-bodySize(card.Body, left/3))
	b.body(card.Body, limit-b.size)
	b.sections(sections, maxMessage-b.size-end.size, maxBlocks-len(b.blocks)-len(end.blocks))
	b.blocks = append(b.blocks, end.blocks...)
	if len(b.blocks) == 0 {
		// Slack takes no message without anything in it.
		b.add(richText([]element{plain("…")}))
	}
}

// body adds paragraphs up to a size; the first that does not fit is cut, the others are counted.
func (b *builder) body(paragraphs []chatops.Text, budget int) {
	const reserve = 150 // for the line that counts
	paragraphs = slices.DeleteFunc(slices.Clone(paragraphs), isBlank)
	for i, paragraph := range paragraphs {
		block := fitParagraph(paragraph, budget-reserve)
		if i == maxParagraphs || block == nil {
			b.add(richText([]element{plain("… and " + chatops.Count(len(paragraphs)-i, "more paragraph"))}))
			return
		}
		b.add(block)
		budget -= jsonSize(block)
	}
}

// bodySize returns what the whole body would come to, or most if that is less.
func bodySize(paragraphs []chatops.Text, most int) int {
	size := 0
	for _, paragraph := range paragraphs {
		if size >= most {
			break
		}
		if !isBlank(paragraph) {
			size += jsonSize(richText(elements(paragraph, paragraphLimit)))
		}
	}
	return min(size, most)
}

// fitParagraph renders as much of a paragraph as the budget holds. It returns nil if that is nothing
// worth showing.
func fitParagraph(paragraph chatops.Text, budget int) slackapi.Block {
	for limit := paragraphLimit; limit >= leastParagraph; limit /= 2 {
		if block := richText(elements(paragraph, limit)); jsonSize(block) <= budget {
			return block
		}
	}
	return nil
}

// isBlank reports whether a Text has nothing to show.
func isBlank(t chatops.Text) bool {
	for _, span := range t {
		if strings.TrimSpace(spanText(span)) != "" {
			return false
		}
	}
	return true
}

// statusLine writes state and status: "▸ Running · 3 of 5 · 0:42".
func statusLine(card chatops.Card) string {
	line := stateWord(card.State)
	if status := chatops.Fit(cleanLine(card.Status), statusLimit); status != "" {
		if line != "" {
			line += " · "
		}
		line += status
	}
	return line
}

// stateWord returns the state in a sign and a word. A card that only informs has none.
func stateWord(s chatops.State) string {
	switch s {
	case chatops.StatePending:
		return "· Waiting"
	case chatops.StateRunning:
		return "▸ Running"
	case chatops.StateSucceeded:
		return "✓ Succeeded"
	case chatops.StateFailed:
		return "✗ Failed"
	case chatops.StateAborted:
		return "■ Aborted"
	case chatops.StateRefused:
		return "⊘ Not done"
	default:
		return ""
	}
}

func factsLine(facts []chatops.Text) []element {
	var items [][]element
	for _, fact := range facts {
		if !isBlank(fact) {
			items = append(items, elements(fact, factLimit))
		}
	}
	return joined(items, "   ", factsBudget)
}

func stepsLine(steps []chatops.Step) []element {
	if line := stepsText(steps); line != "" {
		return []element{plain(line)}
	}
	return nil
}

func linksLine(links []chatops.Link) []element {
	var items [][]element
	for _, link := range links {
		label := cleanLine(link.Label)
		if label == "" {
			label = cleanLine(link.URL)
		}
		if label != "" {
			items = append(items, []element{linkElement(chatops.Fit(label, factLimit), link.URL)})
		}
	}
	return joined(items, "   ", linksBudget)
}

func plainText(s string) *slackapi.TextBlockObject {
	// Without emoji, ":x:" in a name stays what it is.
	return slackapi.NewTextBlockObject(slackapi.PlainTextType, s, false, false)
}

// fallback writes the card without form. It is cut before it is escaped, or an entity might be.
func fallback(card chatops.Card, remark note) string {
	const limit = 3_000 // of Slack's 40,000: nobody listens to more
	lines := []string{cleanLine(card.Title), statusLine(card)}
	var facts []string
	for _, fact := range card.Facts {
		facts = append(facts, cleanLine(fact.String()))
	}
	lines = append(lines, strings.Join(facts, "   "), stepsText(card.Steps), tableText(card.Table))
	for _, paragraph := range card.Body {
		lines = append(lines, clean(paragraph.String()))
	}
	for _, section := range card.Sections {
		lines = append(lines, cleanLine(section.Title))
	}
	var said []string
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" {
			said = append(said, line)
		}
	}
	text := escape(chatops.Fit(strings.Join(said, "\n"), limit))
	if remark.text != "" {
		text = strings.TrimPrefix(text+"\n"+remark.text, "\n")
	}
	if text == "" {
		return "…"
	}
	return text
}
