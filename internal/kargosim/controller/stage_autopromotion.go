package controller

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/event"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/rules"
)

// promoteAutomatically makes a Promotion for each origin whose candidate the Stage does not have yet.
func (p *pass) promoteAutomatically(ctx context.Context) error {
	status := &p.stage.Status
	status.AutoPromotionEnabled = p.autoPromotion
	if !p.autoPromotion {
		return nil
	}
	available, err := p.available(ctx, p.stage)
	if err != nil {
		return fmt.Errorf("error listing available Freight for Stage %q: %w", p.stage.Name, err)
	}
	candidates := rules.Candidates(p.stage, available)
	for _, request := range p.stage.Spec.RequestedFreight {
		origin := request.Origin.String()
		candidate, exists := candidates[origin]
		if _, held := status.EffectiveAutoPromotionHolds[origin]; held || !exists || p.has(origin, candidate.Name) {
			continue
		}
		tried, err := p.tried(ctx, candidate.Name)
		if err != nil {
			return err
		}
		if !tried {
			if err := p.promote(ctx, origin, &candidate); err != nil {
				return err
			}
		}
	}
	return nil
}

// has reports whether the Stage runs the Freight, or is just getting it.
func (p *pass) has(origin, freight string) bool {
	status := &p.stage.Status
	if current := status.Current(); current != nil && current.Freight[origin].Name == freight {
		return true
	}
	next := status.CurrentPromotion
	return next != nil && next.Freight != nil && next.Freight.Name == freight && next.Freight.Origin.String() == origin
}

// tried reports whether there is no use in promoting the Freight again: a Promotion of it is under way or
// has just succeeded, or the last one did not.
func (p *pass) tried(ctx context.Context, freight string) (bool, error) {
	var list kargo.PromotionList
	// Not from the cache, which may not know yet of the one made a moment ago.
	if err := p.reader.List(ctx, &list, client.InNamespace(p.stage.Namespace),
		client.MatchingLabels{kargo.LabelKeyStage: rules.LabelValue(p.stage.Name)}); err != nil {
		return false, fmt.Errorf("error listing existing Promotions for Freight %q in namespace %q: %w",
			freight, p.stage.Namespace, err)
	}
	last := ""
	if reference := p.stage.Status.LastPromotion; reference != nil {
		last = reference.Name
	}
	newest := ""
	newestPhase := kargo.PromotionPhaseSucceeded
	for _, promotion := range list.Items {
		if promotion.Spec.Stage != p.stage.Name || promotion.Spec.Freight != freight {
			continue
		}
		phase := promotion.Status.Phase
		if !phase.IsTerminal() || (phase == kargo.PromotionPhaseSucceeded && promotion.Name > last) {
			return true, nil
		}
		if promotion.Name > newest {
			newest, newestPhase = promotion.Name, phase
		}
	}
	return newestPhase != kargo.PromotionPhaseSucceeded, nil
}

func (p *pass) promote(ctx context.Context, origin string, freight *kargo.Freight) error {
	promotion := &kargo.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.stage.Namespace, GenerateName: "promo-"},
		Spec:       kargo.PromotionSpec{Stage: p.stage.Name, Freight: freight.Name},
	}
	if err := p.client.Create(ctx, promotion); err != nil {
		return fmt.Errorf("error creating Promotion for Freight %q in namespace %q: %w", freight.Name, p.stage.Namespace, err)
	}
	p.events.Promotion(ctx, event.PromotionCreated,
		fmt.Sprintf("Automatically promoted Freight from origin %q for Stage %q", origin, p.stage.Name),
		stageController, promotion, freight, nil)
	return nil
}
