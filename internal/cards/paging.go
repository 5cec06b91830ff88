package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// pageSize is how many rows of a long answer are shown at once: as many as can be read on a phone, and as
// fit in one message.
const pageSize = 20

// Paging says which part of a long answer to show.
type Paging struct {
	// Page counts from 1; 0 shows all.
	Page int
	// Command is the command line that was answered, without the page.
	Command string
}

// page returns the part of the rows that is to be shown, and a line that says how to see the rest: nil if
// there is none.
func page[T any](p Paging, rows []T) ([]T, chatops.Text) {
	pages := (len(rows) + pageSize - 1) / pageSize
	switch {
	case p.Page == 0 || p.Page == 1 && pages <= 1:
		return rows, nil
	case p.Page > pages:
		return nil, p.beyond(pages)
	}
	shown := rows[(p.Page-1)*pageSize : min(p.Page*pageSize, len(rows))]
	line := chatops.Line(chatops.Plain(fmt.Sprintf("Page %d of %d.", p.Page, pages)))
	if p.Page < pages {
		line = append(line, chatops.Plain(" "), p.to(p.Page+1), chatops.Plain(" shows the next."))
	}
	return shown, line
}

func (p Paging) beyond(pages int) chatops.Text {
	if pages <= 1 {
		return chatops.Line(chatops.Plain(fmt.Sprintf("There is no page %d: all fits on one. ", p.Page)), chatops.Code(p.Command), chatops.Plain(" shows it."))
	}
	return chatops.Line(
		chatops.Plain(fmt.Sprintf("There is no page %d: there are %d. ", p.Page, pages)), p.to(pages), chatops.Plain(" shows the last."))
}

// to is the command that shows a page.
func (p Paging) to(number int) chatops.Span {
	return chatops.Code(fmt.Sprintf("%s --page %d", p.Command, number))
}
