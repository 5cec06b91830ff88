package cards

import (
	"cmp"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Freight lists the Freight of a service: where each is, and whether it can go to an environment, if one
// was asked about.
func Freight(list answers.FreightList, paging Paging, now time.Time) chatops.Card {
	card := chatops.Card{Title: "Freight of " + list.Service, State: chatops.StateInfo}
	if list.Environment != "" {
		card.Title += " for " + list.Environment
	}
	if len(list.Freight) == 0 {
		card.Title = "There is no Freight of " + list.Service + " yet"
		if list.Environment != "" {
			card.Title = "There is no Freight of " + list.Service + " for " + list.Environment + " yet"
		}
		card.Body = append(card.Body, chatops.Line(
			chatops.Plain("Kargo makes it when its Warehouses discover something: "), chatops.Code("/doctor "+list.Service),
			chatops.Plain(" looks at whether they can.")))
		return card
	}
	card.Status = chatops.Count(len(list.Freight), "version")
	several := origins(list) > 1
	shown, rest := page(paging, list.Freight)
	if len(shown) > 0 {
		card.Table = &chatops.Table{Columns: []string{"Version", "Alias", "Age"}}
		if several {
			card.Table.Columns = append(card.Table.Columns, "From")
		}
		if list.Environment != "" {
			card.Table.Columns = append(card.Table.Columns, "To "+list.Environment)
		}
		card.Table.Columns = append(card.Table.Columns, "In", "Verified")
	}
	for _, f := range shown {
		row := []chatops.Text{chatops.Line(chatops.Bold(f.Version)), nil, plain(age(f.DiscoveredAt, now))}
		if f.Alias != "" {
			row[1] = chatops.Line(chatops.Code(f.Alias))
		}
		if several {
			row = append(row, plain(strings.TrimPrefix(f.Origin, "Warehouse/")))
		}
		if list.Environment != "" {
			row = append(row, plain(canGo(f.Going)))
		}
		card.Table.Rows = append(card.Table.Rows, append(row, plain(in(f, now)), plain(vouched(f))))
	}
	if rest != nil {
		card.Body = append(card.Body, rest)
	}
	return card
}

func origins(list answers.FreightList) int {
	seen := map[string]bool{}
	for _, f := range list.Freight {
		seen[f.Origin] = true
	}
	return len(seen)
}

func age(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	return Age(now.Sub(t))
}

// canGo says whether Freight can go somewhere, and if not, why.
func canGo(g *answers.Going) string {
	switch {
	case g == nil:
		return ""
	case g.There:
		return "✓ there now"
	case g.Available:
		return "✓ can go"
	default:
		return "✗ " + cmp.Or(g.Why, "can't go yet")
	}
}

// in says where Freight is and for how long.
func in(f answers.ListedFreight, now time.Time) string {
	var parts []string
	for _, place := range f.In {
		name := place.Name()
		if lasts := age(place.Since, now); lasts != "" {
			name += " (" + lasts + ")"
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

// vouched says where Freight was verified, and for what it was approved.
func vouched(f answers.ListedFreight) string {
	var parts []string
	for _, place := range f.VerifiedIn {
		parts = append(parts, place.Name())
	}
	for _, place := range f.ApprovedFor {
		parts = append(parts, "approved for "+place.Name())
	}
	return strings.Join(parts, ", ")
}
