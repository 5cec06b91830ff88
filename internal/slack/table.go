package slack

import (
	"strings"
	"unicode/utf8"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// A table is shown as lines, one a row: "red   staging: 3.2.0 · production: 3.1.0". Slack has a block for
// tables, which a phone shows in part and scrolls sideways; a line wraps.

// What a table's parts may take, in characters of text or of JSON.
const (
	headingLimit = 40
	cellLimit    = 150
	rowBudget    = 1_000
	// maxRows keeps the lines of one block to a number that people still read.
	maxRows = 100
	// tableTextLimit is how much of a table is read out, in characters.
	tableTextLimit = 1_500
)

// piece is a cell with the heading to show beside it, if any.
type piece struct {
	heading string
	cell    chatops.Text
}

// rowOf returns what a row is about and what it says of it, without the cells that are empty. Where
// there is but one more column, its heading would only repeat what the card's title says.
func rowOf(t *chatops.Table, row []chatops.Text) (subject chatops.Text, pieces []piece) {
	columns := t.Columns
	for i, cell := range row {
		cell = oneLine(cell)
		switch {
		case i == 0:
			subject = cell
		case isBlank(cell):
		case t.Obvious || len(columns) <= 2 || i >= len(columns):
			pieces = append(pieces, piece{cell: cell})
		default:
			pieces = append(pieces, piece{chatops.Fit(cleanLine(columns[i]), headingLimit), cell})
		}
	}
	return subject, pieces
}

// oneLine returns a Text without its line breaks.
func oneLine(t chatops.Text) chatops.Text {
	line := make(chatops.Text, 0, len(t))
	for _, span := range t {
		span.Text = strings.ReplaceAll(clean(span.Text), "\n", " ")
		line = append(line, span)
	}
	return line
}

// rowsOf returns the rows of a table that say something.
func rowsOf(t *chatops.Table) [][]chatops.Text {
	if t == nil {
		return nil
	}
	var rows [][]chatops.Text
	for _, row := range t.Rows {
		for _, cell := range row {
			if !isBlank(cell) {
				rows = append(rows, row)
				break
			}
		}
	}
	return rows
}

// table adds the rows that fit, all in one block, and counts the others.
func (b *builder) table(t *chatops.Table, budget int) {
	const reserve = 150 // for the block itself and the line that counts
	rows := rowsOf(t)
	budget -= reserve
	var lines [][]element
	for i, row := range rows {
		line := rowLine(t, row)
		if budget -= jsonSize(slackapi.NewRichTextSection(line...)); budget < 0 || i == maxRows {
			lines = append(lines, []element{plain("… and " + chatops.Count(len(rows)-i, "more row"))})
			break
		}
		lines = append(lines, line)
	}
	b.add(richText(lines...))
}

// rowLine renders one row.
func rowLine(t *chatops.Table, row []chatops.Text) []element {
	subject, pieces := rowOf(t, row)
	var items [][]element
	for _, p := range pieces {
		item := elements(p.cell, cellLimit)
		if p.heading != "" {
			item = append([]element{plain(p.heading + ": ")}, item...)
		}
		items = append(items, item)
	}
	line := bold(elements(subject, cellLimit))
	if len(line) > 0 && len(items) > 0 {
		line = append(line, plain("   "))
	}
	return merged(append(line, joined(items, " · ", rowBudget)...))
}

// bold makes every piece of text stand out.
func bold(line []element) []element {
	for _, e := range line {
		switch e := e.(type) {
		case *slackapi.RichTextSectionTextElement:
			e.Style = emphasized(e.Style)
		case *slackapi.RichTextSectionLinkElement:
			e.Style = emphasized(e.Style)
		}
	}
	return line
}

func emphasized(style *slackapi.RichTextSectionTextStyle) *slackapi.RichTextSectionTextStyle {
	if style == nil {
		style = &slackapi.RichTextSectionTextStyle{}
	}
	style.Bold = true
	return style
}

// merged puts neighbouring pieces of unstyled text together: each piece costs some 30 characters of
// JSON, and a table has many.
func merged(line []element) []element {
	var out []element
	for _, e := range line {
		text, isText := e.(*slackapi.RichTextSectionTextElement)
		if isText && text.Style == nil && len(out) > 0 {
			if last, ok := out[len(out)-1].(*slackapi.RichTextSectionTextElement); ok && last.Style == nil {
				last.Text += text.Text
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// tableText writes a table without form, a row a line, up to tableTextLimit; the rest is counted.
func tableText(t *chatops.Table) string {
	var lines []string
	left := tableTextLimit
	rows := rowsOf(t)
	for i, row := range rows {
		line := rowText(t, row)
		if left -= utf8.RuneCountInString(line); left < 0 {
			lines = append(lines, "… and "+chatops.Count(len(rows)-i, "more row"))
			break
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func rowText(t *chatops.Table, row []chatops.Text) string {
	subject, pieces := rowOf(t, row)
	var said []string
	for _, p := range pieces {
		text := chatops.Fit(cleanLine(p.cell.String()), cellLimit)
		if p.heading != "" {
			text = p.heading + ": " + text
		}
		said = append(said, text)
	}
	line := chatops.Fit(cleanLine(subject.String()), cellLimit)
	if line != "" && len(said) > 0 {
		line += "   "
	}
	return line + strings.Join(said, " · ")
}
