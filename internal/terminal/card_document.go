package terminal

import "github.com/davidaparicio/kargo-bot/internal/chatops"

// CardDocument is a card, with its texts as plain strings.
type CardDocument struct {
	Title    string            `json:"title"`
	State    chatops.State     `json:"state"`
	Status   string            `json:"status,omitempty"`
	Facts    []string          `json:"facts,omitempty"`
	Steps    []StepDocument    `json:"steps,omitempty"`
	Table    *TableDocument    `json:"table,omitempty"`
	Body     []string          `json:"body,omitempty"`
	Sections []SectionDocument `json:"sections,omitempty"`
	Actions  []ActionDocument  `json:"actions,omitempty"`
	Links    []LinkDocument    `json:"links,omitempty"`
}

// StepDocument is one step of a promotion.
type StepDocument struct {
	Name  string            `json:"name"`
	State chatops.StepState `json:"state"`
}

// TableDocument has as many cells in each row as columns.
type TableDocument struct {
	Columns []string   `json:"columns"`
	Rows    [][]string `json:"rows"`
}

// SectionDocument is a part of a card that not everybody reads, whole.
type SectionDocument struct {
	Title string   `json:"title"`
	Lines []string `json:"lines,omitempty"`
	// Quote is text of several lines in that language: a unified diff.
	Quote    string `json:"quote,omitempty"`
	Language string `json:"language,omitempty"`
}

// ActionDocument is a command that can be given next.
type ActionDocument struct {
	Label   string `json:"label"`
	Command string `json:"command"`
}

// LinkDocument is a text that leads to a URL.
type LinkDocument struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

func newCardDocument(card chatops.Card) CardDocument {
	d := CardDocument{
		Title: card.Title, State: card.State, Status: card.Status,
		Facts: lines(card.Facts), Body: lines(card.Body), Table: newTableDocument(card.Table),
	}
	for _, step := range card.Steps {
		d.Steps = append(d.Steps, StepDocument(step))
	}
	for _, section := range card.Sections {
		d.Sections = append(d.Sections, SectionDocument{section.Title, lines(section.Lines), section.Quote, section.Language})
	}
	for _, action := range card.Actions {
		d.Actions = append(d.Actions, ActionDocument{Label: action.Label, Command: action.Command})
	}
	for _, link := range card.Links {
		d.Links = append(d.Links, LinkDocument(link))
	}
	return d
}

func newTableDocument(t *chatops.Table) *TableDocument {
	if t == nil {
		return nil
	}
	d := &TableDocument{Columns: append([]string{}, t.Columns...), Rows: make([][]string, len(t.Rows))}
	for i, cells := range t.Rows {
		d.Rows[i] = make([]string, len(t.Columns))
		for j := range min(len(cells), len(t.Columns)) {
			d.Rows[i][j] = cells[j].String()
		}
	}
	return d
}

func lines(texts []chatops.Text) []string {
	var out []string
	for _, text := range texts {
		out = append(out, text.String())
	}
	return out
}
