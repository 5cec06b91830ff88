package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Shipment says how far a Shipment is, or how it ended.
func Shipment(s *v1alpha1.Shipment, links Links) chatops.Card {
	card := stands(s, links)
	if len(s.Spec.Items) == 1 {
		card.Body = append(card.Body, contents(s)...)
	}
	card.Body = append(card.Body, reason(s)...)
	card.Actions = actions(s, links)
	return card
}

// stands says how a Shipment stands.
func stands(s *v1alpha1.Shipment, links Links) chatops.Card {
	switch {
	case len(s.Spec.Items) > 1:
		return several(s, links)
	case len(s.Spec.Items[0].Path) > 1:
		return walk(s, links)
	default:
		return single(s, links)
	}
}

func reason(s *v1alpha1.Shipment) []chatops.Text {
	if s.Spec.Reason == "" {
		return nil
	}
	return []chatops.Text{chatops.Line(chatops.Plain("Reason: " + s.Spec.Reason))}
}

// single speaks of one service in one Stage.
func single(s *v1alpha1.Shipment, links Links) chatops.Card {
	item := s.Spec.Items[0]
	stage := stageOf(s, 0)
	card := chatops.Card{
		Title:  title(s, item, stage),
		State:  state(stage.Phase),
		Status: status(stage),
		Facts:  facts(s, item),
		Steps:  steps(stage),
		Links:  stageLinks(s, stage, links),
	}
	card.Body = append(changes(s, item), says(s, item, stage, links)...)
	return card
}

// says is what there is to say of how an item stands in a Stage: what went wrong and how to mend it, or
// what came of it.
func says(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem, stage v1alpha1.StageStatus, links Links) []chatops.Text {
	var body []chatops.Text
	if stage.Result != "" && s.Spec.Action != v1alpha1.ActionResume && s.Spec.Action != v1alpha1.ActionVerify {
		// Of these two, the title says it.
		body = append(body, chatops.Line(chatops.Plain(stage.Result)))
	}
	if stage.Message != "" && stage.Phase != v1alpha1.PhaseSucceeded {
		body = append(body, chatops.Line(chatops.Plain(stage.Message)))
		if fix := hint(s.Namespace, stage.Stage, stage.Message); fix != nil {
			body = append(body, fix)
		}
	}
	if stage.Held {
		body = append(body, held(s, item, "is on hold now", links))
	}
	if s.Spec.Action == v1alpha1.ActionApprove && stage.Phase == v1alpha1.PhaseSucceeded {
		body = append(body, chatops.Line(chatops.Plain("To promote it: "),
			chatops.Code(fmt.Sprintf("/promote %s %s %s", links.word(s.Namespace, item.Service), item.Environment, named(item)))))
	}
	return body
}

// held says that Kargo does not promote by itself because of this, and how it will again.
func held(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem, is string, links Links) chatops.Text {
	return chatops.Line(
		chatops.Plain(fmt.Sprintf("Auto-promotion of %s to %s %s: Kargo promotes nothing else there by itself, until ", item.Service, item.Environment, is)),
		chatops.Code(fmt.Sprintf("/resume %s %s", links.word(s.Namespace, item.Service), item.Environment)), chatops.Plain("."))
}

// holding says of which services Kargo is not going to promote by itself any more.
func holding(s *v1alpha1.Shipment, links Links) []chatops.Text {
	var body []chatops.Text
	for _, item := range s.Spec.Items {
		if item.Holds {
			body = append(body, held(s, item, "would be on hold after this", links))
		}
	}
	return body
}

// Result is the card for the person who asked, at the end: how it ended and no more.
func Result(s *v1alpha1.Shipment, links Links) chatops.Card {
	full := stands(s, links)
	return chatops.Card{Title: full.Title, State: full.State, Status: full.Status, Table: full.Table, Body: append(full.Body, reason(s)...)}
}

func title(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem, stage v1alpha1.StageStatus) string {
	words := wordsOf(s, item)
	switch stage.Phase {
	case v1alpha1.PhaseSucceeded, v1alpha1.PhaseSkipped:
		return words.done
	case v1alpha1.PhaseFailed, v1alpha1.PhaseErrored:
		return words.noun + " failed" + failedAt(stage)
	case v1alpha1.PhaseAborted:
		return words.noun + " was aborted"
	default:
		return words.doing
	}
}

func facts(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem) []chatops.Text {
	var out []chatops.Text
	switch {
	case item.Version == "":
	case !s.Spec.Action.Promotes():
		out = append(out, chatops.Line(chatops.Bold(item.Version)))
	case item.FromVersion != "":
		out = append(out, chatops.Line(chatops.Plain(item.FromVersion+" → "), chatops.Bold(item.Version)))
	default:
		out = append(out, chatops.Line(chatops.Bold(item.Version), chatops.Plain(" (the first here)")))
	}
	if item.Alias != "" {
		out = append(out, chatops.Line(chatops.Plain("Freight "), chatops.Code(item.Alias)))
	}
	if item.Warehouse != "" {
		out = append(out, chatops.Line(chatops.Plain("Warehouse "), chatops.Code(item.Warehouse)))
	}
	return append(out, askedBy(s))
}

// changes lists the artifacts that an item changes, where the versions alone don't say it.
func changes(s *v1alpha1.Shipment, item v1alpha1.ShipmentItem) []chatops.Text {
	if len(item.Changes) < 2 && s.Spec.Action != v1alpha1.ActionRollback {
		return nil
	}
	var out []chatops.Text
	for _, c := range item.Changes {
		line := chatops.Line(chatops.Code(c.Artifact), chatops.Plain(" "))
		switch {
		case c.From == "":
			line = append(line, chatops.Plain("comes: "+c.To))
		case c.To == "":
			line = append(line, chatops.Plain("goes: "+c.From))
		default:
			line = append(line, chatops.Plain(c.From+" → "+c.To))
		}
		out = append(out, line)
	}
	return out
}

// askedBy names the requester without calling them: who has just asked need not be told so.
func askedBy(s *v1alpha1.Shipment) chatops.Text {
	name := s.Spec.RequestedBy.Name
	if name == "" {
		name = s.Spec.RequestedBy.Username
	}
	return chatops.Line(chatops.Plain("asked by " + name))
}

// Requester returns the person who made the request, as their surface knows them.
func Requester(s *v1alpha1.Shipment) chatops.Actor {
	by := s.Spec.RequestedBy
	return chatops.Actor{Source: chatops.Source(by.Source), ID: by.ID, Name: by.Name}
}

// stageLinks leads to the Promotion, or to the Stage while there is none.
func stageLinks(s *v1alpha1.Shipment, stage v1alpha1.StageStatus, links Links) []chatops.Link {
	switch {
	case stage.Promotion != "":
		return links.Promotion(s.Namespace, stage.Promotion)
	case stage.Stage != "":
		return links.stage(s.Namespace, stage.Stage)
	default:
		return nil
	}
}
