package github

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// maxCell bounds a cell of a table, in characters of what it shows. A longer one is cut.
	maxCell = 200
	// maxColumns bounds the columns of a table. Further ones are left out.
	maxColumns = 50
)

// listing is a block of pieces, each of which is shown whole or not at all: half a row says something
// else, and so does half a command.
type listing struct {
	// head comes before the pieces.
	head    string
	pieces  []string
	between string
	// noun is what one piece is called.
	noun string
}

// size implements block.
func (l listing) size() int {
	length := utf8.RuneCountInString(l.head)
	for i, piece := range l.pieces {
		if i > 0 {
			length += utf8.RuneCountInString(l.between)
		}
		length += utf8.RuneCountInString(piece)
	}
	return length
}

// render implements block.
func (l listing) render(most int) string {
	if l.size() <= most {
		return l.head + strings.Join(l.pieces, l.between)
	}
	var b strings.Builder
	b.WriteString(l.head)
	left := most - omission - utf8.RuneCountInString(l.head)
	shown := 0
	for ; shown < len(l.pieces); shown++ {
		piece := l.pieces[shown]
		if shown > 0 {
			piece = l.between + piece
		}
		if left -= utf8.RuneCountInString(piece); left < 0 {
			break
		}
		b.WriteString(piece)
	}
	missing := len(l.pieces) - shown
	if missing == 0 {
		return b.String()
	}
	note := fmt.Sprintf("… and %d more %s", missing, plural(missing, l.noun))
	if shown == 0 {
		return note
	}
	return b.String() + "\n\n" + note
}

// table returns a table in Markdown, if there is anything in it.
func table(t *chatops.Table) (listing, bool) {
	if t == nil || len(t.Columns) == 0 || len(t.Rows) == 0 {
		return listing{}, false
	}
	columns := t.Columns[:min(len(t.Columns), maxColumns)]
	head := make([]chatops.Text, len(columns))
	for i, column := range columns {
		head[i] = chatops.Line(chatops.Plain(column))
	}
	l := listing{
		head:    row(head, len(columns)) + "\n|" + strings.Repeat(" --- |", len(columns)) + "\n",
		between: "\n", noun: "row",
	}
	for _, cells := range t.Rows {
		l.pieces = append(l.pieces, row(cells, len(columns)))
	}
	return l, true
}

// row returns a row of so many cells.
func row(cells []chatops.Text, columns int) string {
	var b strings.Builder
	b.WriteByte('|')
	for i := range columns {
		var text chatops.Text
		if i < len(cells) {
			text = cells[i]
		}
		b.WriteString(" " + cell(text) + " |")
	}
	return b.String()
}

// cell returns a Text as Markdown in one line, in which no character ends the cell.
func cell(text chatops.Text) string {
	length := 0
	line := inOneLine(text)
	for _, span := range line {
		length += utf8.RuneCountInString(span.Text)
	}
	if length > maxCell {
		line = append(first(line, maxCell), chatops.Plain("…"))
	}
	for i, span := range line {
		if span.Kind == chatops.SpanCode && strings.Contains(span.Text, "|") {
			// A table is cut into cells before code is looked for, so that the character would have to be
			// escaped there, which not every reader of Markdown takes back again.
			line[i].Kind = spanCodeElement
		}
	}
	// It stands behind the line that begins the cell: nothing in it begins a line.
	return renderAfter("|", line)
}

// actions returns the commands that can be typed next, each with what its button would say.
func actions(all []chatops.Action) (listing, bool) {
	l := listing{between: betweenFacts, noun: "command"}
	for _, action := range all {
		command := flat(action.Command)
		if command == "" {
			continue
		}
		text := chatops.Line(chatops.Code(command))
		if label := flat(action.Label); label != "" {
			text = append(text, chatops.Plain(" — "+label))
		}
		l.pieces = append(l.pieces, renderText(text))
	}
	return l, len(l.pieces) > 0
}
