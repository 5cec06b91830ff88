package controller

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// longestHistory is how many collections of Freight a Stage remembers, and verifications of each.
const longestHistory = 10

// syncPromotions records Promotions that have ended and chooses the one to run next.
func (p *pass) syncPromotions(ctx context.Context) error {
	status := &p.stage.Status
	all, err := p.promotions(ctx)
	if err != nil {
		p.set(kargo.ConditionTypePromoting, metav1.ConditionUnknown, "ListPromotionsFailed", err.Error())
		return err
	}
	p.dropHolds()
	if len(all) == 0 {
		deleteCondition(&status.Conditions, kargo.ConditionTypePromoting)
		status.CurrentPromotion = nil
		return nil
	}
	slices.SortFunc(all, byUrgency)
	first := &all[0]
	p.waiting = !first.Status.Phase.IsTerminal()
	if current := status.CurrentPromotion; current != nil && (current.Name != first.Name || first.Status.Phase.IsTerminal()) {
		// Over. What comes next waits for another look, so that the new Freight is verified first.
		deleteCondition(&status.Conditions, kargo.ConditionTypePromoting)
		status.CurrentPromotion = nil
		p.recordEnded(all)
		return nil
	}
	if p.mustVerifyFirst() || !p.waiting {
		deleteCondition(&status.Conditions, kargo.ConditionTypePromoting)
		return nil
	}
	p.set(kargo.ConditionTypePromoting, metav1.ConditionTrue, "ActivePromotion",
		fmt.Sprintf("Promotion %q is currently %s", first.Name, first.Status.Phase))
	status.CurrentPromotion = &kargo.PromotionReference{Name: first.Name, Freight: first.Status.Freight.DeepCopy()}
	return nil
}

// promotions returns the Stage's Promotions.
func (p *pass) promotions(ctx context.Context) ([]kargo.Promotion, error) {
	var list kargo.PromotionList
	if err := p.client.List(ctx, &list,
		client.InNamespace(p.stage.Namespace), client.MatchingFields{indexStage: p.stage.Name}); err != nil {
		return nil, fmt.Errorf("failed to list Promotions for Stage %q in namespace %q: %w",
			p.stage.Name, p.stage.Namespace, err)
	}
	return list.Items, nil
}

// byUrgency orders what runs before what waits, oldest first, and that before what is over, newest first.
func byUrgency(a, b kargo.Promotion) int {
	rank := func(p kargo.Promotion) int {
		switch {
		case p.Status.Phase == kargo.PromotionPhaseRunning:
			return 0
		case !p.Status.Phase.IsTerminal():
			return 1
		default:
			return 2
		}
	}
	byName := cmp.Compare(a.Name, b.Name)
	if rank(a) == 2 {
		byName = -byName
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), byName)
}

// mustVerifyFirst reports whether the verification of what the Stage runs keeps Promotions waiting: one
// is under way, or the Stage is healthy and has not been verified at all.
func (p *pass) mustVerifyFirst() bool {
	current := p.stage.Status.Current()
	if current == nil {
		return false
	}
	if hasOpenVerification(current) {
		return true
	}
	health := p.stage.Status.Health
	return (health == nil || health.Status == kargo.HealthStateHealthy) && len(current.VerificationHistory) == 0
}

func hasOpenVerification(collection *kargo.FreightCollection) bool {
	return slices.ContainsFunc(collection.VerificationHistory, func(v kargo.VerificationInfo) bool {
		return !v.Phase.IsTerminal()
	})
}

// recordEnded takes over, oldest first, the Promotions that ended since the last one that was.
func (p *pass) recordEnded(all []kargo.Promotion) {
	last := ""
	if reference := p.stage.Status.LastPromotion; reference != nil {
		last = reference.Name
	}
	ended := slices.DeleteFunc(slices.Clone(all), func(promotion kargo.Promotion) bool {
		return !promotion.Status.Phase.IsTerminal() || promotion.Name <= last
	})
	slices.SortFunc(ended, func(a, b kargo.Promotion) int { return cmp.Compare(a.Name, b.Name) })
	for i := range ended {
		p.recordHold(&ended[i])
		p.record(&ended[i])
	}
}

func (p *pass) record(promotion *kargo.Promotion) {
	status := &p.stage.Status
	reference := &kargo.PromotionReference{
		Name: promotion.Name, Freight: promotion.Status.Freight.DeepCopy(),
		Status: promotion.Status.DeepCopy(), FinishedAt: promotion.Status.FinishedAt.DeepCopy(),
	}
	// One that never ran knows of no Freight; the Stage must not forget what it has because of it.
	if last := status.LastPromotion; promotion.Status.StartedAt == nil && reference.Status.FreightCollection == nil &&
		last != nil && last.Status != nil {
		reference.Status.FreightCollection = last.Status.FreightCollection.DeepCopy()
	}
	status.LastPromotion = reference
	if promotion.Status.Phase != kargo.PromotionPhaseSucceeded {
		return
	}
	status.FreightHistory = append(
		[]*kargo.FreightCollection{reference.Status.FreightCollection.DeepCopy()}, status.FreightHistory...)
	status.FreightHistory = status.FreightHistory[:min(len(status.FreightHistory), longestHistory)]
	status.Health = nil
	p.set(kargo.ConditionTypeHealthy, metav1.ConditionUnknown, "WaitingForHealthCheck",
		"Waiting for health check to be performed after successful promotion")
	p.set(kargo.ConditionTypeVerified, metav1.ConditionUnknown, "WaitingForVerification",
		"Waiting for verification to be performed after successful promotion")
}
