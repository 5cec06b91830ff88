package cards

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// maxCell is how much of a foreign sentence stands in a cell, in characters.
const maxCell = 160

// kargoItself is who has promoted where nobody has asked for it.
const kargoItself = "Kargo (auto-promotion)"

// History lists what was promoted to an environment: what, how it ended, when, how long it took and who
// asked.
func History(h answers.History, paging Paging, links Links, now time.Time) chatops.Card {
	card := chatops.Card{
		Title: fmt.Sprintf("Promotions of %s to %s", h.Service, h.Environment), State: chatops.StateInfo,
		Links: links.stage(h.Project, h.Stage),
	}
	if len(h.Promotions) == 0 {
		card.Title = fmt.Sprintf("Nothing was promoted yet: %s to %s", h.Service, h.Environment)
		card.Body = append(card.Body, plain("Kargo has no Promotion to Stage "+h.Stage+", and no Shipment tells of one."))
		return card
	}
	card.Status = chatops.Count(len(h.Promotions), "promotion")
	shown, rest := page(paging, h.Promotions)
	reasons := slices.ContainsFunc(shown, func(p answers.PastPromotion) bool { return p.Reason != "" })
	if len(shown) > 0 {
		card.Table = &chatops.Table{Columns: []string{"What", "Outcome", "When", "Took", "Who"}, Obvious: true}
		if reasons {
			card.Table.Columns = append(card.Table.Columns, "Why")
		}
	}
	for _, p := range shown {
		row := []chatops.Text{
			what(p), ended(p), plain(strings.TrimSpace(ago(p.At(), now))), plain(took(p.StartedAt, p.FinishedAt)), plain(cmp.Or(p.By, kargoItself)),
		}
		if reasons {
			row = append(row, plain(chatops.Shorten(p.Reason, maxCell)))
		}
		card.Table.Rows = append(card.Table.Rows, row)
	}
	if rest != nil {
		card.Body = append(card.Body, rest)
	}
	return card
}

// what names what was promoted.
func what(p answers.PastPromotion) chatops.Text {
	line := chatops.Line(chatops.Bold(p.Freight.Version))
	if p.Rollback {
		line = append(line, chatops.Plain(" (rollback)"))
	}
	return line
}

// ended says how it ended, and what Kargo says if that is not well.
func ended(p answers.PastPromotion) chatops.Text {
	sign, word := outcome(p.Phase)
	line := chatops.Line(chatops.Plain(sign + " " + word))
	if p.Message != "" {
		line = append(line, chatops.Plain(": "+chatops.Shorten(p.Message, maxCell)))
	}
	return line
}
