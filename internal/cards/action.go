package cards

import (
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// actions are what can be asked for from a Shipment's card: to stop what goes on, to try again what
// failed, or to see all of what ships.
func actions(s *v1alpha1.Shipment, links Links) []chatops.Action {
	if !s.Spec.Action.Promotes() {
		return nil
	}
	next := followUps(s, links)
	if origin := s.Spec.Origin.Slack; origin != nil && origin.Thread != "" {
		// The card is in a thread, and so is what comes of it.
		next = inThread(next)
	}
	return append(next, diffActions(s, links)...)
}

// inThread has what comes of actions said below the message that offers them.
func inThread(actions []chatops.Action) []chatops.Action {
	for i := range actions {
		actions[i].InThread = true
	}
	return actions
}

// mostDiffs is of how many services a card offers the diff.
const mostDiffs = 5

// diffActions show all of what ships.
func diffActions(s *v1alpha1.Shipment, links Links) []chatops.Action {
	if len(s.Spec.Items) > mostDiffs {
		return nil
	}
	var out []chatops.Action
	for _, item := range s.Spec.Items {
		if item.From == "" || item.From == item.Freight {
			continue
		}
		label := "Show diff"
		if len(s.Spec.Items) > 1 {
			label = "Diff of " + chatops.Fit(item.Service, 40)
		}
		// What would change says more. Once it has, the Stage runs it, or something else by then.
		from := item.Environment
		if s.Status.Phase.IsTerminal() {
			from = prefix(item.From)
		}
		out = append(out, chatops.Action{Label: label, Command: fmt.Sprintf("/diff %s %s %s", links.word(s.Namespace, item.Service), from, named(item))})
	}
	return out
}

// prefix is as much of the name of a Freight as tells it from all others.
func prefix(freight string) string { return freight[:min(len(freight), 12)] }

// followUps stop what goes on, or try again what failed.
func followUps(s *v1alpha1.Shipment, links Links) []chatops.Action {
	item := s.Spec.Items[0]
	switch {
	case !s.Status.Phase.IsTerminal():
		var services, words []string
		for i, item := range s.Spec.Items {
			if !stageOf(s, i).Phase.IsTerminal() {
				services = append(services, item.Service)
				words = append(words, links.word(s.Namespace, item.Service))
			}
		}
		names := strings.Join(words, ",")
		if names == "" || len(names) > 200 {
			return nil
		}
		return []chatops.Action{{
			Label: "Abort", Style: chatops.StyleDanger, Command: "/abort " + names + " " + item.Environment,
			Confirm: "Abort promotions of " + strings.Join(services, ", ") + " to " + item.Environment + "?",
		}}
	case len(s.Spec.Items) == 1 && s.Spec.Action == v1alpha1.ActionPromote && wentBadly(s.Status.Phase):
		word := links.word(s.Namespace, item.Service)
		command := "/promote " + word + " " + item.Environment + " " + named(item)
		if len(item.Path) > 1 {
			command = "/promote " + word + " " + named(item) + " --through " + item.Environment
		}
		return []chatops.Action{{Label: "Retry", Command: command, Confirm: "Promote " + called(item) + " to " + item.Environment + " again?"}}
	default:
		return nil
	}
}

// named is a word by which a command finds an item's Freight, whatever comes after it.
func named(item v1alpha1.ShipmentItem) string {
	if item.Alias != "" {
		return item.Alias
	}
	return item.Freight
}
