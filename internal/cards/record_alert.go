package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// RecordAlert calls people because of something that happened to a Promotion: what, what Kargo says of it and how
// to mend it. It says the same whatever happens after that.
func RecordAlert(p *v1alpha1.PromotionRecord, h v1alpha1.Happening, links Links) chatops.Card {
	stand := standAt(h.Outcome)
	then := p.DeepCopy()
	then.Status.Replaced = false
	card := chatops.Card{
		Title: recordTitle(then, stand), State: stand.state(), Status: shortMoment(h.At.Time),
		Links: links.Promotion(p.Namespace, p.Name),
	}
	switch {
	case h.Message == "":
	case stand == standDegraded:
		card.Body = append(card.Body, kargoSays(h.Message))
	default:
		card.Body = append(card.Body, plain(h.Message))
	}
	if fix := hint(p.Namespace, p.Spec.Stage, h.Message); fix != nil {
		card.Body = append(card.Body, fix)
	}
	return card
}

// standAt is how a Promotion stood when something had happened.
func standAt(outcome v1alpha1.Outcome) stand {
	switch outcome {
	case v1alpha1.OutcomeFailed:
		return standFailed
	case v1alpha1.OutcomeAborted:
		return standAborted
	case v1alpha1.OutcomeVerificationFailed:
		return standUnverified
	case v1alpha1.OutcomeDegraded:
		return standDegraded
	case v1alpha1.OutcomeRecovered:
		return standRecovered
	case v1alpha1.OutcomeStarted:
		return standRunning
	default:
		return standLive
	}
}
