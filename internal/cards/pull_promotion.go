package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// PullPromotion says on a pull request that Kargo opened for a Promotion what that Promotion changes.
// Phase is Kargo's word for how it stands.
func PullPromotion(d answers.Diff, promotion, phase string, links Links) chatops.Card {
	card := differences(d, Paging{Page: 1})
	card.Title = fmt.Sprintf("Promotes %s to %s: %s", d.Service, d.Environment, freightVersion(d.To))
	if d.From != nil {
		card.Title = fmt.Sprintf("Promotes %s to %s: %s → %s", d.Service, d.Environment, d.From.Version, freightVersion(d.To))
	}
	switch sign, word := outcome(phase); phase {
	case "Succeeded":
		card.State = chatops.StateSucceeded
		card.Body = append(card.Body, plain(fmt.Sprintf("It was promoted to %s.", d.Environment)))
	case "Failed", "Errored":
		card.State = chatops.StateFailed
	case "Aborted":
		card.State = chatops.StateAborted
	default:
		card.Body = append(card.Body, plain(sign+" The promotion is "+word+": it goes on when this is merged."))
	}
	card.Links = links.Promotion(d.Project, promotion)
	return card
}
