package kargo

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Promotable tells why nothing can be promoted to a target's Stage, or nil if something can.
func Promotable(t Target) *chatops.Problem {
	if t.Stage.DeletionTimestamp != nil {
		return &chatops.Problem{
			Code:  chatops.CodeNoStage,
			Title: fmt.Sprintf("Stage %s is being deleted.", t.Stage.Name),
		}
	}
	if t.Stage.IsControlFlow() {
		return &chatops.Problem{
			Code:  chatops.CodeControlFlowStage,
			Title: fmt.Sprintf("Nothing can be promoted to %s.", t),
			Body: []chatops.Text{chatops.Line(
				chatops.Plain("Stage "), chatops.Code(t.Stage.Name),
				chatops.Plain(" has no promotion steps: it is a control-flow Stage, which only passes Freight on."),
			)},
		}
	}
	return nil
}

// Unhealthy tells why a target should be looked at before something new goes there by itself, or
// nil. Kargo would take the Promotion, and what is promoted may be the very cure, so whoever names
// the Freight is not held up.
func Unhealthy(t Target) *chatops.Problem {
	health := t.Stage.Status.Health
	if health == nil || health.Status != kargoapi.HealthStateUnhealthy {
		return nil
	}
	p := &chatops.Problem{
		Code:  chatops.CodeStageUnhealthy,
		Title: fmt.Sprintf("%s is unhealthy in %s.", t.Service, t.Environment),
	}
	for i, issue := range health.Issues {
		if i == 3 {
			p.Body = append(p.Body, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more issues", len(health.Issues)-i))))
			break
		}
		p.Body = append(p.Body, chatops.Line(chatops.Plain("Kargo says: "), chatops.Code(firstLine(issue))))
	}
	p.Body = append(p.Body, chatops.Line(
		chatops.Plain("To promote all the same, name the Freight: "),
		chatops.Code(fmt.Sprintf("/promote %s %s <freight>", t.Word(), t.Environment)),
	))
	return p
}
