package announce

import (
	"errors"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// word puts a card in the words of the configuration, if it has any. What is wrong with them is said on the card
// and in the log.
func (a *Announcer) word(kind string, card chatops.Card, s *subject, h v1alpha1.Happening) chatops.Card {
	return a.apply(kind, card, a.data(s, h))
}

// wordSummary is the card of a summary, in the words of the configuration if it is a digest.
func (a *Announcer) wordSummary(view cards.SummaryView) chatops.Card {
	card := cards.Summary(view)
	if view.Kind != v1alpha1.SummaryDigest {
		return card
	}
	period := view.From.In(view.Location).Format("2 Jan")
	if view.Weekly {
		period += " to " + view.Until.In(view.Location).Format("2 Jan")
	}
	return a.apply(wording.KindDigest, card, wording.Data{Period: period, Count: view.Count()})
}

func (a *Announcer) apply(kind string, card chatops.Card, data wording.Data) chatops.Card {
	worded, err := a.Wording.Apply(kind, data, card)
	if problem, ok := errors.AsType[*wording.Problem](err); ok {
		// The card says so, too; the log need not say it each time that the card is looked at.
		if _, known := a.unusable.LoadOrStore(problem.Field(), true); !known {
			a.Log.Warn("a template of the configuration can't be used", "template", problem.Field(), "error", problem)
		}
	}
	return worded
}

// data is what templates can tell.
func (a *Announcer) data(s *subject, h v1alpha1.Happening) wording.Data {
	e := a.eventOf(s, 0)
	d := wording.Data{
		Project: s.project, Service: s.service, Environment: s.event(h).Environment, Version: s.version,
		FromVersion: e.FromVersion, Freight: e.Freight, By: e.By, Outcome: route.Word(h.Outcome), Message: h.Message,
	}
	s.fill(&d, h, e)
	return d
}
