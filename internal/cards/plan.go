package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Plan says what a Shipment would do that is not made, and which services would stay out. Asks says that
// without a dry run, it would be asked whether to go on without those.
func Plan(s *v1alpha1.Shipment, left []Left, asks bool, links Links) chatops.Card {
	item := s.Spec.Items[0]
	card := chatops.Card{State: chatops.StateInfo}
	if len(s.Spec.Items) == 1 && len(left) == 0 {
		card.Title = "Dry run: " + wordsOf(s, item).plan
		card.Facts = facts(s, item)
		card.Table = way(item)
		card.Body = append(changes(s, item), contents(s)...)
		if len(item.Path) > 0 {
			card.Links = links.stage(s.Namespace, item.Path[len(item.Path)-1])
		}
	} else {
		card.Title = "Dry run: " + wordsOfAll(s).plan
		card.Facts = []chatops.Text{askedBy(s)}
		card.Table = planned(s)
		card.Body = LeftOut(left)
	}
	card.Body = append(card.Body, holding(s, links)...)
	end := chatops.Line(chatops.Plain("You may do this. Nothing was done."))
	if asks {
		end = chatops.Line(chatops.Plain("Nothing was done. Without "), chatops.Code("--partial"),
			chatops.Plain(", I would ask before going on with a part."))
	}
	card.Body = append(card.Body, end)
	return card
}

// Ask asks whether to go on with a Shipment that is less, or other, than what was asked for.
func Ask(title string, s *v1alpha1.Shipment, left []Left, action chatops.Action) chatops.Card {
	return chatops.Card{
		Title: title,
		// Nothing was done, and unless the person says so, nothing will be.
		State:   chatops.StateRefused,
		Table:   planned(s),
		Body:    LeftOut(left),
		Actions: []chatops.Action{action},
	}
}

// planned lists what a Shipment is going to do.
func planned(s *v1alpha1.Shipment) *chatops.Table {
	table := &chatops.Table{Columns: []string{"Service", "Change"}}
	for i, item := range s.Spec.Items {
		table.Rows = append(table.Rows, []chatops.Text{rowName(item), ships(s, i)})
	}
	return table
}

// way lists the Stages of a walk, in their order; nil for a single one.
func way(item v1alpha1.ShipmentItem) *chatops.Table {
	if len(item.Path) < 2 {
		return nil
	}
	table := &chatops.Table{Columns: []string{"In this order"}}
	for _, stage := range item.Path {
		table.Rows = append(table.Rows, []chatops.Text{chatops.Line(chatops.Plain(stage))})
	}
	return table
}
