package cards

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Status says what runs where: in a table, or of one service in one environment in full.
func Status(s answers.Status, paging Paging, links Links, now time.Time) chatops.Card {
	var services int
	for _, p := range s.Projects {
		services += len(p.Services)
	}
	if services == 0 {
		return noServices(s)
	}
	if services == 1 {
		for _, p := range s.Projects {
			if len(p.Services) == 0 {
				continue
			}
			service := p.Services[0]
			if len(service.Stages) == 1 {
				return stageCard(p.Project, service.Service, service.Stages[0], links, now)
			}
			return serviceCard(service, now)
		}
	}
	return matrix(s, paging, now)
}

func noServices(s answers.Status) chatops.Card {
	card := chatops.Card{Title: "There is no service yet", State: chatops.StateInfo}
	for _, p := range s.Projects {
		card.Body = append(card.Body, chatops.Line(
			chatops.Plain("No Stage of project "), chatops.Code(p.Project),
			chatops.Plain(" is of any of these environments: "+strings.Join(p.Environments, ", ")+"."),
		))
	}
	return card
}

// serviceCard says of one service what it runs in each environment.
func serviceCard(service answers.ServiceStatus, now time.Time) chatops.Card {
	card := chatops.Card{
		Title: "Where " + service.Service + " runs", State: chatops.StateInfo,
		Table: &chatops.Table{Columns: []string{"Environment", "Runs", "Since"}},
	}
	for _, stage := range service.Stages {
		if stage.Stage == "" {
			continue
		}
		card.Table.Rows = append(card.Table.Rows, []chatops.Text{
			chatops.Line(chatops.Bold(stage.Environment)), cell(stage, now), plain(since(stage, now)),
		})
	}
	if len(card.Table.Rows) == 0 {
		card.Title, card.Table = service.Service+" has no Stage yet", nil
	}
	return card
}

// matrix says of many services what they run in each environment.
func matrix(s answers.Status, paging Paging, now time.Time) chatops.Card {
	environments := environmentsOf(s)
	card := chatops.Card{Title: "What runs where", State: chatops.StateInfo}
	if len(environments) == 1 {
		card.Title = "What runs in " + environments[0]
	}
	var rows [][]chatops.Text
	for _, p := range s.Projects {
		for _, service := range p.Services {
			name := service.Service
			if len(s.Projects) > 1 {
				name = p.Project + "/" + name
			}
			row := make([]chatops.Text, 1+len(environments))
			row[0] = chatops.Line(chatops.Bold(name))
			for _, stage := range service.Stages {
				row[1+slices.Index(environments, stage.Environment)] = cell(stage, now)
			}
			rows = append(rows, row)
		}
	}
	card.Status = tally(s)
	rows, rest := page(paging, rows)
	if len(rows) > 0 {
		card.Table = &chatops.Table{Columns: append([]string{"Service"}, environments...), Rows: rows}
	}
	if rest != nil {
		card.Body = append(card.Body, rest)
	}
	return card
}

// environmentsOf returns the environments of all projects, each once.
func environmentsOf(s answers.Status) []string {
	var names []string
	for _, p := range s.Projects {
		for _, env := range p.Environments {
			if !slices.Contains(names, env) {
				names = append(names, env)
			}
		}
	}
	return names
}

// tally counts what somebody may want to look at, on whatever page it is.
func tally(s answers.Status) string {
	var services, unhealthy, failed, promoting, waiting int
	for _, p := range s.Projects {
		services += len(p.Services)
		for _, service := range p.Services {
			for _, stage := range service.Stages {
				unhealthy += count(stage.Health == unhealthyWord)
				failed += count(failure(stage))
				promoting += count(stage.Promotion != nil)
				waiting += count(len(stage.Waiting) > 0)
			}
		}
	}
	parts := []string{chatops.Count(services, "service")}
	for _, part := range []struct {
		n    int
		word string
	}{{unhealthy, "unhealthy"}, {failed, "failed"}, {promoting, "being promoted"}, {waiting, "can be promoted"}} {
		if part.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.n, part.word))
		}
	}
	return strings.Join(parts, " · ")
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func plain(s string) chatops.Text {
	if s == "" {
		return nil
	}
	return chatops.Line(chatops.Plain(s))
}
