package cards

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// PullPreview says on an open pull request what it adds, what each environment runs, and what else comes there
// with it.
func PullPreview(p answers.PullPreview) chatops.Card {
	card := chatops.Card{Title: "What merging this adds", State: chatops.StateInfo}
	if p.Release {
		card.Title = "What this release adds"
	}
	environments := previewedIn(p.Services)
	card.Table = &chatops.Table{Columns: append([]string{"Service", "adds"}, environments...)}
	for _, s := range p.Services {
		row := []chatops.Text{chatops.Line(chatops.Bold(s.Service)), addsCell(s.Adds)}
		for _, env := range environments {
			row = append(row, previewCell(s, env))
		}
		card.Table.Rows = append(card.Table.Rows, row)
	}
	if p.More > 0 {
		card.Body = append(card.Body, plain("and "+chatops.Count(p.More, "more service")))
	}
	for _, s := range p.Services {
		if !s.Adds.Known() {
			card.Body = append(card.Body, chatops.Line(chatops.Bold(s.Service), chatops.Plain(": "+s.Adds.Unknown)))
		}
		card.Body = append(card.Body, breaking(s.Adds.Added)...)
		if waits := lastWaits(s); waits != nil {
			card.Body = append(card.Body, breaking(waits.Waits.Added)...)
		}
		card.Sections = append(card.Sections, previewSections(s)...)
	}
	return card
}

// previewSections list what the pull request adds to a service, and what waits for the last environment, which
// is what people wait for.
func previewSections(s answers.ServicePreview) []chatops.Section {
	adds, of := s.Adds, " of "+s.Service
	adds.Removed = answers.Commits{}
	sections := commitSections(adds, of+" in this pull request")
	if p := lastWaits(s); p != nil {
		waits := *p.Waits
		waits.Removed = answers.Commits{}
		sections = append(sections, commitSections(waits, fmt.Sprintf("%s that come to %s with it, which runs %s", of, p.Environment, p.Version))...)
	}
	return sections
}

// lastWaits is the last environment that anything runs in, if something waits for it: nil if nothing does.
func lastWaits(s answers.ServicePreview) *answers.PlacePreview {
	for _, p := range slices.Backward(s.Places) {
		switch {
		case p.Waits == nil || !p.Waits.Known():
		case p.Waits.Added.Total == 0:
			return nil
		default:
			return &p
		}
	}
	return nil
}

// addsCell says how much a pull request adds to a service.
func addsCell(adds answers.CodeChange) chatops.Text {
	if !adds.Known() {
		return plain("not known")
	}
	return commitCounts(adds.Added.Total, adds.Added.Unseen > 0, 0, adds.Added.Breaking)
}

// previewedIn has the environments of all services, each once, in their order.
func previewedIn(services []answers.ServicePreview) []string {
	var names []string
	for _, s := range services {
		for _, p := range s.Places {
			names = appendNew(names, p.Environment)
		}
	}
	return names
}

func appendNew(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// previewCell says what an environment runs, and how much waits there already: "3.1.0, 5 commits behind".
func previewCell(s answers.ServicePreview, environment string) chatops.Text {
	for _, p := range s.Places {
		switch {
		case p.Environment != environment:
		case p.Version == "":
			return plain("nothing yet")
		case p.Waits == nil || !p.Waits.Known() || p.Waits.Added.Total == 0:
			return chatops.Line(chatops.Bold(p.Version))
		default:
			cell := chatops.Line(chatops.Bold(p.Version), chatops.Plain(", "))
			waits := p.Waits.Added
			return append(append(cell, commitCounts(waits.Total, waits.Unseen > 0, 0, waits.Breaking)...), chatops.Plain(" behind"))
		}
	}
	return nil
}
