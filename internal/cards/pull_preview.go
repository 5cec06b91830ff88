package cards

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// PullPreview says on an open pull request what each environment runs, and what merging adds to that.
func PullPreview(p answers.PullPreview) chatops.Card {
	card := chatops.Card{Title: "What merging this adds", State: chatops.StateInfo}
	if p.Release {
		card.Title = "What this release adds"
	}
	environments := previewedIn(p.Services)
	card.Table = &chatops.Table{Columns: append([]string{"Service"}, environments...)}
	for _, s := range p.Services {
		row := []chatops.Text{chatops.Line(chatops.Bold(s.Service))}
		for _, env := range environments {
			row = append(row, previewCell(s, env))
		}
		card.Table.Rows = append(card.Table.Rows, row)
	}
	if p.More > 0 {
		card.Body = append(card.Body, plain("and "+chatops.Count(p.More, "more service")))
	}
	for _, s := range p.Services {
		last := lastKnown(s.Places)
		if last == nil {
			continue
		}
		code := *last.Code
		code.Artifacts = []string{s.Service}
		line := chatops.Line(chatops.Bold(s.Service), chatops.Plain(" in "+last.Environment+" would get "))
		if !code.Known() {
			line = chatops.Line(chatops.Bold(s.Service), chatops.Plain(" in "+last.Environment+": "))
		}
		card.Body = append(card.Body, append(line, codeSummary("", code)...))
		card.Body = append(card.Body, breaking(code.Added)...)
		card.Sections = append(card.Sections,
			commitSections(code, fmt.Sprintf(" of %s since %s, which runs in %s", s.Service, last.Version, last.Environment))...)
	}
	return card
}

// lastKnown is the last environment that something runs in, which is what people wait for.
func lastKnown(places []answers.PlacePreview) *answers.PlacePreview {
	for i := len(places) - 1; i >= 0; i-- {
		if places[i].Code != nil {
			return &places[i]
		}
	}
	return nil
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

// previewCell says what an environment runs and how much merging adds: "3.1.0 + 5 commits".
func previewCell(s answers.ServicePreview, environment string) chatops.Text {
	for _, p := range s.Places {
		switch {
		case p.Environment != environment:
		case p.Version == "":
			return plain("nothing yet")
		case p.Code == nil || !p.Code.Known() || p.Code.Relation == relationIdentical:
			return chatops.Line(chatops.Bold(p.Version))
		default:
			cell := chatops.Line(chatops.Bold(p.Version))
			if added := p.Code.Added; added.Total > 0 {
				cell = append(cell, chatops.Plain(" + "))
				cell = append(cell, commitCounts(added.Total, added.Unseen > 0, 0, added.Breaking)...)
			}
			if removed := p.Code.Removed; removed.Total > 0 {
				cell = append(cell, chatops.Plain(" − "))
				cell = append(cell, commitCounts(removed.Total, removed.Unseen > 0, 0, 0)...)
			}
			return cell
		}
	}
	return nil
}
