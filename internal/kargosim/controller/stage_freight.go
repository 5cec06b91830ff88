package controller

import (
	"context"
	"fmt"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// syncFreight makes Freight say that it is in the Stage exactly if it is.
func (p *pass) syncFreight(ctx context.Context) error {
	current := p.stage.Status.Current()
	var claims kargo.FreightList
	if err := p.client.List(ctx, &claims,
		client.InNamespace(p.stage.Namespace), client.MatchingFields{indexCurrentlyIn: p.stage.Name}); err != nil {
		return fmt.Errorf("error listing Freight in namespace %q with current stage %q: %w",
			p.stage.Namespace, p.stage.Name, err)
	}
	for i := range claims.Items {
		if !current.Includes(claims.Items[i].Name) {
			if err := p.changeFreight(ctx, &claims.Items[i], p.leave); err != nil {
				return err
			}
		}
	}
	if current == nil {
		return nil
	}
	for _, reference := range current.Freight {
		freight, err := p.freight(ctx, p.stage.Namespace, reference.Name)
		if err != nil {
			return err
		}
		if freight == nil {
			return fmt.Errorf("Freight %q not found in namespace %q", //nolint:staticcheck // Kargo's words
				reference.Name, p.stage.Namespace)
		}
		if _, there := freight.Status.CurrentlyIn[p.stage.Name]; there {
			continue
		}
		if err := p.changeFreight(ctx, freight, func(s *kargo.FreightStatus) {
			if s.CurrentlyIn == nil {
				s.CurrentlyIn = make(map[string]kargo.CurrentStage)
			}
			s.CurrentlyIn[p.stage.Name] = kargo.CurrentStage{Since: &p.now}
		}); err != nil {
			return err
		}
	}
	return nil
}

// leave says that Freight is no longer in the Stage, and how long it stayed if it was verified there.
func (p *pass) leave(status *kargo.FreightStatus) {
	since := status.CurrentlyIn[p.stage.Name].Since
	if verified, ok := status.VerifiedIn[p.stage.Name]; ok && since != nil {
		soaked := p.now.Sub(since.Time)
		if verified.LongestCompletedSoak == nil || soaked > verified.LongestCompletedSoak.Duration {
			verified.LongestCompletedSoak = &metav1.Duration{Duration: soaked}
			status.VerifiedIn[p.stage.Name] = verified
		}
	}
	delete(status.CurrentlyIn, p.stage.Name)
}

func addVerified(status *kargo.FreightStatus, stage string, at metav1.Time) {
	if status.VerifiedIn == nil {
		status.VerifiedIn = make(map[string]kargo.VerifiedStage)
	}
	status.VerifiedIn[stage] = kargo.VerifiedStage{VerifiedAt: &at}
}

// changeFreight patches what change changes in the status of Freight.
func (p *pass) changeFreight(ctx context.Context, freight *kargo.Freight, change func(*kargo.FreightStatus)) error {
	before := freight.DeepCopy()
	change(&freight.Status)
	if err := saveStatus(ctx, p.client, freight, before); client.IgnoreNotFound(err) != nil {
		return err
	}
	return nil
}

// available returns the Freight that is available to the stage.
func (s *shared) available(ctx context.Context, stage *kargo.Stage) ([]kargo.Freight, error) {
	return rules.Available(ctx, s.client, stage, s.Clock.Now(),
		func(ctx context.Context, origin kargo.FreightOrigin) ([]kargo.Freight, error) {
			var list kargo.FreightList
			if err := s.client.List(ctx, &list,
				client.InNamespace(stage.Namespace), client.MatchingFields{indexOrigin: origin.String()}); err != nil {
				return nil, fmt.Errorf("error listing Freight of %s in namespace %q: %w", origin, stage.Namespace, err)
			}
			return list.Items, nil
		})
}

// assessHealth says how the Stage is, by what Outcomes say. While it is promoted to, and after a
// Promotion that did not succeed, nobody knows.
func (p *pass) assessHealth(context.Context) error {
	status := &p.stage.Status
	unknown := func(reason, message, issue string) {
		p.set(kargo.ConditionTypeHealthy, metav1.ConditionUnknown, reason, message)
		status.Health = &kargo.Health{Status: kargo.HealthStateUnknown, Issues: []string{issue}}
	}
	last := status.LastPromotion
	switch {
	case status.CurrentPromotion != nil:
		unknown("ActivePromotion", "Stage has a Promotion in progress",
			"Cannot assess health because a Promotion is currently in progress")
		return nil
	case last == nil:
		p.set(kargo.ConditionTypeHealthy, metav1.ConditionUnknown, "NoFreight", "Stage has no current Freight")
		status.Health = nil
		return nil
	case last.Status != nil && last.Status.Phase != kargo.PromotionPhaseSucceeded:
		const why = "Cannot assess health because last Promotion did not succeed"
		unknown("LastPromotion"+string(last.Status.Phase), why, why)
		return nil
	}
	status.Health = p.Outcomes.ofHealth(client.ObjectKeyFromObject(p.stage))
	checks := 0
	if template := p.stage.Spec.PromotionTemplate; template != nil {
		checks = len(slices.DeleteFunc(slices.Clone(template.Spec.Steps),
			func(s kargo.PromotionStep) bool { return s.Uses != "argocd-update" }))
	}
	reason := string(status.Health.Status)
	switch status.Health.Status {
	case kargo.HealthStateHealthy:
		p.set(kargo.ConditionTypeHealthy, metav1.ConditionTrue, reason,
			fmt.Sprintf("Stage is healthy (performed %d health checks)", checks))
	case kargo.HealthStateUnhealthy:
		p.set(kargo.ConditionTypeHealthy, metav1.ConditionFalse, reason,
			fmt.Sprintf("Stage is unhealthy (%d issues in %d health checks)", len(status.Health.Issues), checks))
	default:
		p.set(kargo.ConditionTypeHealthy, metav1.ConditionUnknown, reason, "")
	}
	return nil
}
