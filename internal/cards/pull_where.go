package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Whereabouts says on a merged pull request where the change is, environment by environment. It has no
// ages, which would change by themselves.
func Whereabouts(w answers.Whereabouts, links Links) chatops.Card {
	// Words for a state, such as "Waiting", are for what somebody asked for: the title says how this stands.
	card := chatops.Card{Title: whereTitle(w), State: chatops.StateInfo}
	environments := foundIn(w.Services)
	card.Table = &chatops.Table{Columns: append([]string{"Service", "built"}, environments...)}
	for _, s := range w.Services {
		row := []chatops.Text{chatops.Line(chatops.Bold(s.Service)), builtCell(s)}
		for _, env := range environments {
			row = append(row, placeCell(s, env))
		}
		card.Table.Rows = append(card.Table.Rows, row)
	}
	if w.More > 0 {
		card.Body = append(card.Body, plain("and "+chatops.Count(w.More, "more service")))
	}
	for _, s := range w.Services {
		if s.Unknown != "" {
			card.Body = append(card.Body, chatops.Line(chatops.Bold(s.Service), chatops.Plain(": "+s.Unknown)))
		}
		for _, p := range s.Places {
			if p.Unknown != "" {
				card.Body = append(card.Body, chatops.Line(chatops.Bold(s.Service), chatops.Plain(" in "+p.Environment+": "+p.Unknown)))
			}
			if p.Waiting == nil {
				continue
			}
			card.Actions = append(card.Actions, promoteActions(links.word(s.Project, s.Service), s.Service, p.Environment, *p.Waiting, false)[0])
			if p.Code != nil && p.Code.Known() {
				code := *p.Code
				code.Artifacts = []string{s.Service}
				card.Sections = append(card.Sections,
					commitSections(code, fmt.Sprintf(" that %s gets with %s %s", p.Environment, s.Service, p.Waiting.Version))...)
			}
		}
	}
	return card
}

// foundIn has the environments of all services, each once, in their order.
func foundIn(services []answers.ServiceWhereabouts) []string {
	var names []string
	for _, s := range services {
		for _, p := range s.Places {
			names = appendNew(names, p.Environment)
		}
	}
	return names
}

// whereTitle says how far a change has come: as far as in all of its services.
func whereTitle(w answers.Whereabouts) string {
	environments := foundIn(w.Services)
	reached, last, subject := "", "", "This change"
	if w.Release {
		subject = "This release"
	}
	if len(environments) > 0 {
		last = environments[len(environments)-1]
	}
	takenOut := ""
	for _, env := range environments {
		switch there, gone := everywhere(w.Services, env); {
		case gone:
			takenOut = env
		case there:
			// Further on, it matters no more what runs before.
			reached, takenOut = env, ""
		}
	}
	switch {
	case takenOut != "":
		return subject + " was taken out of " + takenOut + " again"
	case reached == last && last != "":
		return subject + " is in " + last
	case reached != "":
		return fmt.Sprintf("%s is in %s, and not yet in %s", subject, reached, last)
	case built(w.Services):
		return subject + " is built, and nowhere yet"
	default:
		return subject + " is merged, and not yet built"
	}
}

// everywhere reports whether the change is in an environment with all services that have it, and whether it
// was taken out of it with any.
func everywhere(services []answers.ServiceWhereabouts, environment string) (there, gone bool) {
	there = true
	for _, s := range services {
		for _, p := range s.Places {
			if p.Environment == environment {
				there = there && p.There
				gone = gone || p.Before
			}
		}
	}
	return there, gone
}

func built(services []answers.ServiceWhereabouts) bool {
	for _, s := range services {
		if len(s.Freight) == 0 {
			return false
		}
	}
	return len(services) > 0
}

// builtCell says whether there is Freight that has the change, and which as long as it is nowhere.
func builtCell(s answers.ServiceWhereabouts) chatops.Text {
	switch {
	case slices.ContainsFunc(s.Places, func(p answers.Place) bool { return p.There }):
		return plain("✓")
	case len(s.Freight) == 0:
		return plain("not yet")
	}
	names := make([]string, len(s.Freight))
	for i, f := range s.Freight {
		names[i] = f.Version
	}
	return plain("✓ " + strings.Join(names, ", "))
}

// placeCell says whether the change is in an environment, and what is on its way there.
func placeCell(s answers.ServiceWhereabouts, environment string) chatops.Text {
	for _, p := range s.Places {
		if p.Environment != environment {
			continue
		}
		version := cmp.Or(p.Version, "nothing")
		switch {
		case p.There && p.Version == "":
			return plain("✓")
		case p.There:
			return append(chatops.Line(chatops.Plain("✓ "), chatops.Bold(version)), onDate(p.Since)...)
		case p.Unknown != "":
			cell := append(chatops.Line(chatops.Plain("? "), chatops.Bold(version)), onDate(p.Since)...)
			return append(cell, chatops.Plain(onItsWay(p)))
		}
		cell := chatops.Line(chatops.Plain("· " + version))
		if p.Before {
			cell = append(chatops.Line(chatops.Plain("✗ "+version+" again")), onDate(p.Since)...)
		}
		return append(cell, chatops.Plain(onItsWay(p)))
	}
	return nil
}

// onItsWay says how the change comes to an environment.
func onItsWay(p answers.Place) string {
	switch {
	case p.Coming != nil:
		return ", ▸ " + p.Coming.Version + " is being promoted"
	case p.Waiting != nil:
		return ", " + p.Waiting.Version + " waits for promotion"
	case p.Soaking != nil:
		return ", " + p.Soaking.Version + " can go at " + moment(p.Soaking.Until)
	default:
		return ""
	}
}

// onDate writes since when something is so.
func onDate(t time.Time) chatops.Text {
	if t.IsZero() {
		return nil
	}
	return chatops.Line(chatops.Plain(" since " + moment(t)))
}
