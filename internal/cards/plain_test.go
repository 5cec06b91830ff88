package cards_test

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// plain renders a card as text, a line for each thing it says.
func plain(c chatops.Card) string {
	lines := []string{"[" + string(c.State) + "] " + c.Title}
	if c.Status != "" {
		lines[0] += "    " + c.Status
	}
	var facts, steps []string
	for _, fact := range c.Facts {
		facts = append(facts, words(fact))
	}
	for _, step := range c.Steps {
		steps = append(steps, step.State.Sign()+" "+step.Name)
	}
	for _, row := range []string{strings.Join(facts, "   "), strings.Join(steps, "   ")} {
		if row != "" {
			lines = append(lines, row)
		}
	}
	if c.Table != nil {
		lines = append(lines, "| "+strings.Join(c.Table.Columns, " | ")+" |")
		for _, row := range c.Table.Rows {
			cells := make([]string, len(row))
			for i, cell := range row {
				cells[i] = words(cell)
			}
			lines = append(lines, "| "+strings.Join(cells, " | ")+" |")
		}
	}
	for _, paragraph := range c.Body {
		lines = append(lines, words(paragraph))
	}
	for _, a := range c.Actions {
		line := "[" + a.Label + "] `" + a.Command + "`"
		if a.Confirm != "" {
			line += " (" + a.Confirm + ")"
		}
		if a.InThread {
			line += " below this"
		}
		lines = append(lines, line)
	}
	for _, link := range c.Links {
		lines = append(lines, link.Label+" <"+link.URL+">")
	}
	return strings.Join(lines, "\n") + "\n"
}

func words(text chatops.Text) string {
	var b strings.Builder
	for _, span := range text {
		switch span.Kind {
		case chatops.SpanBold:
			if strings.TrimSpace(span.Text) != span.Text {
				panic(fmt.Sprintf("bold text can't begin or end with a space in Markdown: %q", span.Text))
			}
			b.WriteString("*" + span.Text + "*")
		case chatops.SpanCode:
			b.WriteString("`" + span.Text + "`")
		case chatops.SpanMention:
			b.WriteString("@" + span.Text + "(" + string(span.Actor.Source) + " " + span.Actor.ID + ")")
		default:
			b.WriteString(span.Text)
		}
	}
	return b.String()
}
