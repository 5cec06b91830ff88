package cards

import (
	"cmp"
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// recordActions are what can be asked for from the card of a Promotion: to stop it, to try again what failed, to
// go back from what is not well, or to see all of what ships. Once something else was promoted, there is nothing
// left to do about it but to look.
func recordActions(p *v1alpha1.PromotionRecord, stand stand, links Links) []chatops.Action {
	where := links.word(p.Namespace, p.Spec.Service) + " " + p.Spec.Environment
	freight := cmp.Or(p.Spec.Alias, prefix(p.Spec.Freight))
	var actions []chatops.Action
	switch {
	case p.Status.Replaced:
	case stand == standRunning, stand == standWaiting:
		actions = append(actions, chatops.Action{
			Label: "Abort", Style: chatops.StyleDanger, Command: "/abort " + where,
			Confirm: fmt.Sprintf("Abort promotions of %s to %s?", p.Spec.Service, p.Spec.Environment),
		})
	case (stand == standFailed || stand == standAborted) && p.Spec.Rollback:
		actions = append(actions, chatops.Action{
			Label: "Retry", Command: "/rollback " + where + " " + freight,
			Confirm: fmt.Sprintf("Roll back %s in %s to %s again?", p.Spec.Service, p.Spec.Environment, p.Spec.Version),
		})
	case stand == standFailed, stand == standAborted:
		actions = append(actions, chatops.Action{
			Label: "Retry", Command: "/promote " + where + " " + freight,
			Confirm: fmt.Sprintf("Promote %s to %s again?", recordCalled(p), p.Spec.Environment),
		})
	case stand == standUnverified:
		actions = append(actions, chatops.Action{Label: "Verify again", Command: "/verify " + where})
		actions = append(actions, rollBack(p, where)...)
	case stand == standDegraded:
		actions = rollBack(p, where)
	}
	return append(inThread(actions), recordDiff(p, stand, links)...)
}

// rollBack offers to go back to what ran before. It is named, so that it means the same at any time; there is no
// way back from what failed on its way, since the Stage still takes what ran before for what runs.
func rollBack(p *v1alpha1.PromotionRecord, where string) []chatops.Action {
	if p.Spec.From == "" || p.Spec.From == p.Spec.Freight || p.Spec.Rollback {
		return nil
	}
	return []chatops.Action{{
		Label: "Roll back", Style: chatops.StyleDanger, Command: "/rollback " + where + " " + prefix(p.Spec.From),
		Confirm: fmt.Sprintf("Roll back %s in %s to %s?", p.Spec.Service, p.Spec.Environment, p.Spec.FromVersion),
	}}
}

// recordDiff shows all of what ships.
func recordDiff(p *v1alpha1.PromotionRecord, stand stand, links Links) []chatops.Action {
	if p.Spec.From == "" || p.Spec.From == p.Spec.Freight {
		return nil
	}
	// What would change says more. Once it has, the Stage runs it, or something else by then.
	from := p.Spec.Environment
	if stand != standRunning && stand != standWaiting {
		from = prefix(p.Spec.From)
	}
	return []chatops.Action{{
		Label:   "Show diff",
		Command: fmt.Sprintf("/diff %s %s %s", links.word(p.Namespace, p.Spec.Service), from, cmp.Or(p.Spec.Alias, prefix(p.Spec.Freight))),
	}}
}
