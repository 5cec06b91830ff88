package terminal

import (
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// maxCell bounds a cell, in characters. A longer one is cut.
	maxCell = 80
	// betweenColumns keeps columns apart.
	betweenColumns = "   "
)

// table renders a table in columns that are as wide as their widest cell.
func table(p pen, t *chatops.Table) string {
	if t == nil || len(t.Columns) == 0 || len(t.Rows) == 0 {
		return ""
	}
	rows := make([][]string, 0, len(t.Rows)+1)
	head := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		head[i] = chatops.Fit(flat(column), maxCell)
	}
	rows = append(rows, head)
	for _, cells := range t.Rows {
		row := make([]string, len(t.Columns))
		for i := range min(len(cells), len(row)) {
			row[i] = chatops.Fit(flat(cells[i].String()), maxCell)
		}
		rows = append(rows, row)
	}
	widths := make([]int, len(t.Columns))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for i, row := range rows {
		text := aligned(row, widths)
		if i == 0 {
			text = p.in(bold, text)
		}
		b.WriteString(text + "\n")
	}
	return b.String()
}

func aligned(row []string, widths []int) string {
	var b strings.Builder
	for i, cell := range row {
		if i > 0 {
			b.WriteString(betweenColumns)
		}
		b.WriteString(cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)))
	}
	return strings.TrimRight(b.String(), " ")
}
