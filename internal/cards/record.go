package cards

import (
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// PromotionRecord says how one of Kargo's Promotions stands, whoever asked for it, and what became of it.
func PromotionRecord(p *v1alpha1.PromotionRecord, links Links) chatops.Card {
	stand := standOf(p)
	card := chatops.Card{
		Title:   recordTitle(p, stand),
		State:   stand.state(),
		Status:  recordStatus(p, stand),
		Facts:   recordFacts(p),
		Body:    recordBody(p, stand),
		Actions: recordActions(p, stand, links),
		Links:   links.Promotion(p.Namespace, p.Name),
	}
	if !stand.isThere() {
		for _, step := range p.Status.Steps {
			card.Steps = append(card.Steps, chatops.Step{Name: step.Name, State: stepState(step)})
		}
	}
	return card
}

func recordTitle(p *v1alpha1.PromotionRecord, stand stand) string {
	what, in := recordCalled(p), " in "+p.Spec.Environment
	doing, noun := "Promote "+p.Spec.Service+" to "+p.Spec.Environment, "Promotion of "+p.Spec.Service+" to "+p.Spec.Environment
	if p.Spec.Rollback {
		doing, noun = "Roll back "+p.Spec.Service+in, "Rollback of "+p.Spec.Service+in
	}
	is := " is "
	if p.Status.Replaced {
		is = " was "
	}
	switch stand {
	case standWaiting, standRunning:
		return doing
	case standFailed:
		return noun + " failed" + failedAt(v1alpha1.StageStatus{Steps: p.Status.Steps})
	case standAborted:
		return noun + " was aborted"
	case standDegraded:
		return what + is + "unhealthy" + in
	case standUnverified:
		return what + " did not pass its verification" + in
	case standRecovered:
		return what + is + "healthy again" + in
	case standVerifying, standLive:
	}
	if p.Spec.Rollback {
		return fmt.Sprintf("%s was rolled back to %s%s", p.Spec.Service, p.Spec.Version, in)
	}
	return what + is + "live" + in
}

// recordCalled is what was promoted, in a few words.
func recordCalled(p *v1alpha1.PromotionRecord) string { return p.Spec.Service + " " + p.Spec.Version }

// recordStatus is how a Promotion stands, in a few words.
func recordStatus(p *v1alpha1.PromotionRecord, stand stand) string {
	took := ""
	if p.Status.StartedAt != nil && p.Status.FinishedAt != nil {
		took = elapsed(p.Status.StartedAt, p.Status.FinishedAt)
	}
	switch {
	case stand == standWaiting:
		return "waiting in the Stage's queue"
	case stand == standRunning && (p.Status.CurrentStep == 0 || len(p.Status.Steps) == 0):
		// Kargo tells how far it is only when a step has to wait.
		return ""
	case stand == standRunning:
		return fmt.Sprintf("%d of %d", p.Status.CurrentStep, len(p.Status.Steps))
	case p.Status.Replaced && stand.isThere():
		return joined(took, "replaced since")
	case stand == standVerifying:
		return joined(took, "verifying")
	case stand == standLive && p.Status.Health != "":
		return joined(took, health(p.Status.Health))
	case stand == standDegraded && p.Status.UnhealthySince != nil:
		return "since " + shortMoment(p.Status.UnhealthySince.Time)
	default:
		return took
	}
}

func recordFacts(p *v1alpha1.PromotionRecord) []chatops.Text {
	fact := chatops.Line(chatops.Bold(p.Spec.Version))
	if from := p.Spec.FromVersion; from != "" && from != p.Spec.Version {
		fact = chatops.Line(chatops.Plain(from+" → "), chatops.Bold(p.Spec.Version))
	}
	facts := []chatops.Text{fact}
	if p.Spec.Alias != "" {
		facts = append(facts, chatops.Line(chatops.Plain("Freight "), chatops.Code(p.Spec.Alias)))
	}
	verb := "promoted by "
	if p.Spec.Rollback {
		verb = "rolled back by "
	}
	if p.Spec.By == "" {
		return append(facts, plain(verb+"Kargo itself (auto-promotion)"))
	}
	return append(facts, plain(verb+p.Spec.By))
}

// recordBody says what went wrong and how to mend it, and why it was done.
func recordBody(p *v1alpha1.PromotionRecord, stand stand) []chatops.Text {
	var body []chatops.Text
	switch {
	case stand == standDegraded:
		if says := lastOf(p, v1alpha1.OutcomeDegraded).Message; says != "" {
			body = append(body, kargoSays(says))
		}
	case p.Status.Message != "":
		body = append(body, plain(p.Status.Message))
		if fix := hint(p.Namespace, p.Spec.Stage, p.Status.Message); fix != nil {
			body = append(body, fix)
		}
	}
	if p.Spec.Reason != "" {
		body = append(body, plain("Reason: "+p.Spec.Reason))
	}
	return body
}

// lastOf returns when something last happened to a Promotion; zero if it did not.
func lastOf(p *v1alpha1.PromotionRecord, outcomes ...v1alpha1.Outcome) v1alpha1.Happening {
	for _, h := range slices.Backward(p.Status.Happenings) {
		if slices.Contains(outcomes, h.Outcome) {
			return h
		}
	}
	return v1alpha1.Happening{}
}

// joined puts what there is on one line.
func joined(parts ...string) string {
	line := ""
	for _, part := range parts {
		if part == "" {
			continue
		}
		if line != "" {
			line += " · "
		}
		line += part
	}
	return line
}
