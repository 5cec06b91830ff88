package controller

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/uuid"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// verify starts, follows, aborts and repeats the verification of what the Stage runs.
func (p *pass) verify(ctx context.Context) error {
	status := &p.stage.Status
	current := status.Current()
	if current == nil {
		p.set(kargo.ConditionTypeVerified, metav1.ConditionUnknown, "NoFreight", "Stage has no current Freight to verify")
		return nil
	}
	if status.CurrentPromotion != nil {
		return nil
	}
	defer p.setVerified(current)
	repeat, _ := rules.VerificationRequest(p.stage.Annotations, kargo.AnnotationKeyReverify)
	actor := ""
	if len(current.VerificationHistory) > 0 {
		last := &current.VerificationHistory[0]
		if !last.Phase.IsTerminal() {
			return p.follow(ctx, current, last)
		}
		if repeat.Subject != last.ID {
			return nil
		}
		actor = repeat.Actor
	}
	if status.Health == nil || status.Health.Status != kargo.HealthStateHealthy {
		return nil
	}
	next := kargo.VerificationInfo{ID: string(uuid.NewUUID()), StartTime: &p.now, FinishTime: &p.now}
	if p.stage.Spec.Verification == nil {
		next.Phase = kargo.VerificationPhaseSuccessful
	} else {
		next.Phase, next.Actor = kargo.VerificationPhasePending, actor
		p.again = soon
	}
	current.VerificationHistory = slices.Insert(current.VerificationHistory, 0, next)
	current.VerificationHistory = current.VerificationHistory[:min(len(current.VerificationHistory), longestHistory)]
	return p.recordVerification(ctx, current, &next)
}

// follow takes a verification further that is under way.
func (p *pass) follow(ctx context.Context, current *kargo.FreightCollection, running *kargo.VerificationInfo) error {
	if abort, ok := rules.VerificationRequest(p.stage.Annotations, kargo.AnnotationKeyAbort); ok && abort.Subject == running.ID {
		running.Phase, running.Message = kargo.VerificationPhaseFailed, "Verification aborted by user"
		running.Actor, running.FinishTime = abort.Actor, &p.now
		p.verifications.forget(running.ID)
		return p.recordVerification(ctx, current, running)
	}
	if running.Phase == kargo.VerificationPhasePending {
		running.Phase, running.FinishTime = kargo.VerificationPhaseRunning, nil
	}
	phase, message := p.Outcomes.ofVerification(client.ObjectKeyFromObject(p.stage))
	left := p.VerificationDuration - p.verifications.since(running.ID, 0, p.now.Time)
	if left > 0 {
		p.again = left
		return nil
	}
	if !phase.IsTerminal() {
		return nil // until something else is said
	}
	running.Phase, running.Message, running.FinishTime = phase, message, &p.now
	p.verifications.forget(running.ID)
	return p.recordVerification(ctx, current, running)
}

// recordVerification records the Events of a verification that has ended.
func (p *pass) recordVerification(
	ctx context.Context, current *kargo.FreightCollection, verification *kargo.VerificationInfo,
) error {
	if !verification.Phase.IsTerminal() {
		return nil
	}
	for _, reference := range current.Freight {
		freight, err := p.freight(ctx, p.stage.Namespace, reference.Name)
		if err != nil {
			return err
		}
		if freight != nil {
			p.events.Verification(ctx, stageController, p.stage.Name, freight, verification)
		}
	}
	return nil
}

// setVerified sets the condition by the history: one success is enough, else the newest counts.
func (p *pass) setVerified(current *kargo.FreightCollection) {
	history := current.VerificationHistory
	if len(history) == 0 {
		return
	}
	set := func(status metav1.ConditionStatus, reason, message string) {
		p.set(kargo.ConditionTypeVerified, status, reason, message)
	}
	if slices.ContainsFunc(history, func(v kargo.VerificationInfo) bool {
		return v.Phase == kargo.VerificationPhaseSuccessful
	}) {
		set(metav1.ConditionTrue, "Verified", "Freight has been verified")
		return
	}
	newest := history[0]
	reason := "Verification" + string(newest.Phase)
	switch newest.Phase {
	case kargo.VerificationPhasePending:
		set(metav1.ConditionUnknown, reason, "Freight is pending verification")
	case kargo.VerificationPhaseRunning:
		set(metav1.ConditionUnknown, reason, "Freight is currently being verified")
	case kargo.VerificationPhaseFailed, kargo.VerificationPhaseError, kargo.VerificationPhaseAborted:
		set(metav1.ConditionFalse, reason, newest.Message)
	case kargo.VerificationPhaseInconclusive:
		set(metav1.ConditionUnknown, reason, newest.Message)
	default:
		set(metav1.ConditionUnknown, "UnknownVerificationPhase",
			fmt.Sprintf("Freight verification is in an unknown phase: %s", newest.Phase))
	}
}

// markVerified makes the Freight of a healthy Stage say that it was verified there, if it was.
func (p *pass) markVerified(ctx context.Context) error {
	status := &p.stage.Status
	current := status.Current()
	if status.Health == nil || status.Health.Status != kargo.HealthStateHealthy ||
		current == nil || len(current.VerificationHistory) == 0 || hasOpenVerification(current) ||
		current.VerificationHistory[0].Phase != kargo.VerificationPhaseSuccessful {
		return nil
	}
	at := p.now
	if finished := current.VerificationHistory[0].FinishTime; finished != nil {
		at = *finished
	}
	for _, reference := range current.Freight {
		freight, err := p.freight(ctx, p.stage.Namespace, reference.Name)
		if err != nil {
			return err
		}
		if freight == nil {
			return fmt.Errorf("error getting Freight %q in namespace %q: not found", reference.Name, p.stage.Namespace)
		}
		if _, verified := freight.Status.VerifiedIn[p.stage.Name]; verified {
			continue
		}
		if err := p.changeFreight(ctx, freight, func(s *kargo.FreightStatus) { addVerified(s, p.stage.Name, at) }); err != nil {
			return err
		}
	}
	return nil
}
