package bot

import (
	"context"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Request is one command of one person, as an intake received it.
type Request struct {
	// Actor is who asks, as vouched for by the surface.
	Actor chatops.Actor
	// Line is the command as typed: "/promote red production".
	Line string
	// Key identifies the request on its surface: it is the same for a retry of the same request,
	// and different for any other request.
	Key string
	// Plan identifies what the person was shown when they were asked whether to go on
	// (chatops.Action.Plan); empty if they were not asked.
	Plan string
	// Origin is where the answer goes.
	Origin v1alpha1.Origin
	// Annotations are kept on the Shipment for the surface's own use.
	Annotations map[string]string
}

// Answer is what became of a request when Handle returns.
type Answer struct {
	// Card is the answer for the person. It is never empty.
	Card chatops.Card
	// Shipment is what was made, or what an earlier try of the same request had made. Its progress
	// is reported to the request's origin without further ado. It is nil for questions, dry runs
	// and refusals.
	Shipment *v1alpha1.Shipment
	// Planned is what would be made: of a dry run, or of a question whether to go on. It is not recorded.
	Planned *v1alpha1.Shipment
	// Left are the services that stay out of what was asked for several.
	Left []cards.Left
	// Data is what was found out, for programs: a value of package answers, or nil. The card says the
	// same for people.
	Data any
	// More finds out what the card lacks because it was not known in time; nil if there is nothing. A surface
	// on which people wait for their answer may call it once, and show the answer in place of the first or
	// after it.
	More func(ctx context.Context) Answer
	// Problem is why nothing was made, if that is so.
	Problem *chatops.Problem
}
