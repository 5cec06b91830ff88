package cards

import (
	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// walk speaks of one service on its way through several Stages: a row for each of them, and the steps
// in the one where it is.
func walk(s *v1alpha1.Shipment, links Links) chatops.Card {
	item := s.Spec.Items[0]
	stage := stageOf(s, 0)
	card := chatops.Card{
		Title:  titleOfWalk(s, item, stage),
		State:  state(stage.Phase),
		Status: s.Status.Progress,
		Facts:  facts(s, item),
		Steps:  steps(stage),
		Table:  &chatops.Table{Columns: []string{"Stage", "State"}},
		Links:  stageLinks(s, stage, links),
	}
	for _, at := range stagesOf(s, 0) {
		card.Table.Rows = append(card.Table.Rows, []chatops.Text{
			chatops.Line(chatops.Plain(at.Stage)), chatops.Line(chatops.Plain(standsIn(at))),
		})
	}
	card.Body = append(changes(s, item), says(s, item, stage, links)...)
	return card
}

func titleOfWalk(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem, stage v1alpha1.StageStatus) string {
	words := wordsOf(s, item)
	switch {
	case s.Status.Phase == v1alpha1.PhaseSucceeded:
		return words.done
	case wentBadly(stage.Phase) && stage.Phase == v1alpha1.PhaseAborted:
		return words.noun + " was aborted in " + stage.Stage
	case wentBadly(stage.Phase):
		return words.noun + " failed in " + stage.Stage + failedAt(stage)
	default:
		return words.doing + ", Stage by Stage"
	}
}
