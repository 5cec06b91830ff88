package answers

import "time"

// History is what was promoted to a Stage.
type History struct {
	Project     string `json:"project"`
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Stage       string `json:"stage"`
	// Promotions are all that is known, newest first: those that Kargo has, and those of Shipments that
	// it has no more or never took.
	Promotions []PastPromotion `json:"promotions"`
}

// PastPromotion is a promotion that was asked for, and how it went.
type PastPromotion struct {
	// Promotion is its name in Kargo; empty if Kargo refused it.
	Promotion string `json:"promotion,omitempty"`
	// Shipment is the name of the Shipment that it was made for; empty if it was not asked of the bot.
	Shipment string  `json:"shipment,omitempty"`
	Freight  Freight `json:"freight"`
	// Rollback says that it was to go back to what ran before.
	Rollback bool `json:"rollback,omitempty"`
	// By is who asked, for people; empty if Kargo promoted by itself.
	By string `json:"by,omitempty"`
	// Reason is why, in the words of whoever asked.
	Reason string `json:"reason,omitempty"`
	// Phase is Kargo's word: Pending, Running, Succeeded, Failed, Errored or Aborted.
	Phase string `json:"phase"`
	// Message is what Kargo says, if it did not end well.
	Message    string    `json:"message,omitempty"`
	CreatedAt  time.Time `json:"createdAt,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
	// DurationSeconds is how long it ran; 0 if it has not ended, or never ran.
	DurationSeconds int64 `json:"durationSeconds,omitempty"`
}

// At returns when it took place: when it began to run, or was asked for.
func (p PastPromotion) At() time.Time {
	if p.StartedAt.IsZero() {
		return p.CreatedAt
	}
	return p.StartedAt
}
