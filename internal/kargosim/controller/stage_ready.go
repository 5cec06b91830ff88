package controller

import (
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// summarize sets the condition Ready by the others, or by err if something failed.
func (p *pass) summarize(err error) {
	status := &p.stage.Status
	if err != nil {
		p.set(kargo.ConditionTypeReady, metav1.ConditionFalse, "ReconcileError", err.Error())
		p.set(kargo.ConditionTypeReconciling, metav1.ConditionTrue, "RetryAfterError", "")
		return
	}
	status.FreightSummary = summary(p.stage)
	if promoting := condition(status.Conditions, kargo.ConditionTypePromoting); promoting != nil {
		p.set(kargo.ConditionTypeReady, metav1.ConditionFalse, promoting.Reason, promoting.Message)
		return
	}
	if last := status.LastPromotion; last != nil && last.Status != nil && last.Status.Phase.IsTerminal() &&
		last.Status.Phase != kargo.PromotionPhaseSucceeded {
		p.set(kargo.ConditionTypeReady, metav1.ConditionFalse,
			"LastPromotion"+string(last.Status.Phase), last.Status.Message)
		return
	}
	for _, needed := range []struct{ kind, reason, message string }{
		{kargo.ConditionTypeHealthy, "Unhealthy", "Stage is not healthy"},
		{kargo.ConditionTypeVerified, "PendingVerification", "Stage is not verified"},
	} {
		found := condition(status.Conditions, needed.kind)
		if found != nil && found.Status == metav1.ConditionTrue {
			continue
		}
		if found != nil {
			needed.reason, needed.message = found.Reason, found.Message
		}
		p.set(kargo.ConditionTypeReady, metav1.ConditionFalse, needed.reason, needed.message)
		return
	}
	verified := condition(status.Conditions, kargo.ConditionTypeVerified)
	p.set(kargo.ConditionTypeReady, metav1.ConditionTrue, verified.Reason, verified.Message)
	deleteCondition(&status.Conditions, kargo.ConditionTypeReconciling)
	status.ObservedGeneration = p.stage.Generation
}

// summary says what a Stage runs: the Freight's name, or how many of those it asks for it has.
func summary(stage *kargo.Stage) string {
	requested, current := len(stage.Spec.RequestedFreight), stage.Status.Current()
	if current == nil {
		return fmt.Sprintf("0/%d Fulfilled", requested)
	}
	if requested == 1 && len(current.Freight) == 1 {
		for _, reference := range current.Freight {
			return reference.Name
		}
	}
	return fmt.Sprintf("%d/%d Fulfilled", len(current.Freight), requested)
}
