package github

import (
	"cmp"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// checkState returns GitHub's words for a state: the status of a check run and, once that is over, its
// conclusion.
func checkState(state chatops.State) (status string, conclusion *string) {
	switch state {
	case chatops.StatePending:
		return "queued", nil
	case chatops.StateRunning:
		return "in_progress", nil
	case chatops.StateSucceeded:
		return "completed", new("success")
	case chatops.StateFailed:
		return "completed", new("failure")
	case chatops.StateAborted:
		return "completed", new("cancelled")
	default:
		return "completed", new("neutral")
	}
}

// checkOutput returns what a check run says.
func checkOutput(card chatops.Card) *gh.CheckRunOutput {
	title := flat(card.Title)
	if status := flat(card.Status); status != "" && title != "" {
		title += betweenFacts + status
	}
	return &gh.CheckRunOutput{
		Title:   new(chatops.Fit(cmp.Or(title, "Kargo"), maxCheckName)),
		Summary: new(checkRunSummary(card)),
	}
}

// checkRunSummary returns a card as Markdown of at most maxCheckSummary bytes.
func checkRunSummary(card chatops.Card) string {
	for most := maxCheckSummary; ; {
		text := markdownWithin(card, "", most)
		if len(text) <= maxCheckSummary {
			return text
		}
		// Characters have up to four bytes, so that this ends.
		most = most * maxCheckSummary / len(text)
	}
}

// detailsURL returns where the details are, or nil.
func detailsURL(card chatops.Card) *string {
	if where := firstLink(card); where != "" {
		return &where
	}
	return nil
}
