package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Accepted acknowledges a request: what was understood, in one line, and what stays out of it. How it
// goes is said by the message that follows.
func Accepted(s *v1alpha1.Shipment, left []Left) chatops.Card {
	return chatops.Card{
		Title: "On its way: " + s.Spec.Summary,
		State: chatops.StatePending,
		Body:  append(LeftOut(left), chatops.Line(chatops.Plain("Shipment "), chatops.Code(s.Name))),
	}
}
