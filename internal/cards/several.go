package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// several speaks of a Shipment of several items: a row for each.
func several(s *v1alpha1.Shipment, links Links) chatops.Card {
	card := chatops.Card{
		Title:  titleOfAll(s),
		State:  state(s.Status.Phase),
		Status: s.Status.Progress,
		Facts:  []chatops.Text{askedBy(s)},
		Table:  &chatops.Table{Columns: []string{"Service", "Change", "State"}, Obvious: true},
	}
	if s.Spec.Action == v1alpha1.ActionRefresh {
		card.Table.Columns = []string{"Warehouse", "State"}
	}
	for i, item := range s.Spec.Items {
		stage := stageOf(s, i)
		row := []chatops.Text{rowName(item)}
		if len(card.Table.Columns) > len(row)+1 {
			row = append(row, ships(s, i))
		}
		card.Table.Rows = append(card.Table.Rows, append(row, chatops.Line(chatops.Plain(itemStands(item, stage)))))
		if wentBadly(stage.Phase) && stage.Message != "" {
			says := chatops.Line(chatops.Bold(rowName(item).String()), chatops.Plain(": "+stage.Message))
			if fix := hint(s.Namespace, stage.Stage, stage.Message); fix != nil {
				says = append(append(says, chatops.Plain(" ")), fix...)
			}
			card.Body = append(card.Body, says)
		}
		if stage.Held {
			card.Body = append(card.Body, says(s, item, v1alpha1.StageStatus{Held: true}, links)...)
		}
	}
	return card
}

// rowName names what a row is about.
func rowName(item v1alpha1.ShipmentItem) chatops.Text {
	if item.Warehouse != "" {
		return chatops.Line(chatops.Plain(item.Warehouse))
	}
	return chatops.Line(chatops.Plain(item.Service))
}

// ships writes what an item changes: "3.1.0 → 3.2.0 · 4 commits · 1 breaking".
func ships(s *v1alpha1.Shipment, i int) chatops.Text {
	line := chatops.Line(chatops.Plain(changed(s.Spec.Items[i])))
	c := contentsOf(s, i)
	if c == nil {
		return line
	}
	if counts := counted(c); len(counts) > 0 {
		line = append(append(line, chatops.Plain(" · ")), counts...)
	}
	return line
}

// itemStands says how an item stands, in a sign, in words and with what there is to say.
func itemStands(item v1alpha1.ShipmentItem, stage v1alpha1.StageStatus) string {
	line := standsIn(stage)
	if len(item.Path) > 1 {
		line = stage.Stage + " " + line
	}
	what := stage.Result
	if !stage.Phase.IsTerminal() {
		what = stage.Message
	}
	if what != "" {
		line += ": " + chatops.Fit(what, 140)
	}
	return line
}

// standsIn says how it stands in a Stage: "✗ failed at build (step 2 of 2) · 0:09".
func standsIn(stage v1alpha1.StageStatus) string {
	line := sign(stage.Phase) + " "
	more := status(stage)
	switch {
	case stage.Phase == v1alpha1.PhaseSkipped, stage.Phase == v1alpha1.PhaseNotReached:
		return line + more
	case !stage.Phase.IsTerminal() && stage.Phase == v1alpha1.PhasePending && stage.Promotion == "":
		return line + "waiting"
	case !stage.Phase.IsTerminal():
		return line + more
	}
	line += ending(stage.Phase)
	if wentBadly(stage.Phase) {
		line += failedAt(stage)
	}
	if more != "" {
		line += " · " + more
	}
	return line
}

// ending is a final phase in the words of people.
func ending(phase v1alpha1.ShipmentPhase) string {
	switch phase {
	case v1alpha1.PhaseAborted:
		return "aborted"
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
		return "failed"
	default:
		return "done"
	}
}

// titleOfAll is the title of a Shipment of several items: how many of them ended well, at the end.
func titleOfAll(s *v1alpha1.Shipment) string {
	words := wordsOfAll(s)
	switch s.Status.Phase {
	case v1alpha1.PhaseSucceeded:
		return words.done
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored, v1alpha1.PhaseAborted:
		well := 0
		for i := range s.Spec.Items {
			if !wentBadly(stageOf(s, i).Phase) {
				well++
			}
		}
		end := "failed"
		if s.Status.Phase == v1alpha1.PhaseAborted {
			end = "was aborted"
		}
		if well == 0 {
			return words.noun + " " + end
		}
		return fmt.Sprintf("%s %s in part: %d of %d ended well", words.noun, end, well, len(s.Spec.Items))
	default:
		return words.doing
	}
}
