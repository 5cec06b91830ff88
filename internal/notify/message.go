package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Message is one thing to be said in one place, as it should stand there now.
type Message struct {
	// Target is where.
	Target Target
	// Part says which of the messages about the same thing this is.
	Part v1alpha1.ReportPart
	// Marker is hidden in the message and finds it again: unique to the thing and the part, the
	// same in every attempt. Letters, digits, and "-:." only.
	Marker string
	// Since is a time before which the message can't have been sent; a search need not look further.
	Since time.Time
	// Card is what is said.
	Card chatops.Card
	// Mention is whom the message calls, if anybody: a person, or a group in Slack (an ID that begins with S).
	Mention chatops.Actor
	// ReplyTo is the ID of the message that this one belongs below, if that was sent.
	ReplyTo string
	// SealedReply is the sink's own way to answer where it is not a member, as it was left in the
	// object's annotations; empty if there is none.
	SealedReply string
}

// Hash returns a hash of what the message says, by which one that is already there is recognised.
// It covers the neutral card and not its rendering, so that a new version of the bot does not touch
// every old message.
func (m Message) Hash() string {
	said := struct {
		Card    chatops.Card
		Mention chatops.Actor
	}{m.Card, m.Mention}
	encoded, err := json.Marshal(said)
	if err != nil {
		// Card and Actor are strings and slices of strings all through: they always encode.
		panic(err)
	}
	sum := sha256.Sum256(encoded)
	return hex.EncodeToString(sum[:8])
}
