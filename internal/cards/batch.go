package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// several says how a Shipment of several services stands: a line for each.
func several(s *v1alpha1.Shipment) chatops.Card {
	card := chatops.Card{
		Title:  s.Spec.Summary,
		State:  state(s.Status.Phase),
		Status: s.Status.Progress,
		Facts:  []chatops.Text{askedBy(s)},
	}
	for i, item := range s.Spec.Items {
		stage := stageOf(s, i)
		change := item.Version
		if item.FromVersion != "" {
			change = item.FromVersion + " → " + item.Version
		}
		line := chatops.Line(chatops.Bold(item.Service), chatops.Plain(fmt.Sprintf(" %s  %s", change, stage.Phase)))
		if stage.Message != "" {
			line = append(line, chatops.Plain(": "+stage.Message))
		}
		card.Body = append(card.Body, line)
	}
	return card
}
