package kargo

import (
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// lastApplied is where kubectl keeps a second copy of an object.
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

// Transform drops from an object, before it enters a cache, what the bot never reads: managed
// fields everywhere, and of Promotions and Stages the configuration and output of steps, which are
// most of their bulk. Objects of other kinds keep the rest.
func Transform(in any) (any, error) {
	switch o := in.(type) {
	case *kargoapi.Promotion:
		o.ManagedFields = nil
		delete(o.Annotations, lastApplied)
		slimPromotion(o)
	case *kargoapi.Stage:
		o.ManagedFields = nil
		delete(o.Annotations, lastApplied)
		slimStage(o)
	case *kargoapi.Freight:
		o.ManagedFields = nil
	case *kargoapi.Warehouse:
		o.ManagedFields = nil
		delete(o.Annotations, lastApplied)
	}
	return in, nil
}

func slimPromotion(p *kargoapi.Promotion) {
	p.OwnerReferences = nil
	p.Spec.Vars = nil
	slimSteps(p.Spec.Steps)
	p.Status.State = nil
	p.Status.FreightCollection = nil
	p.Status.Freight = nil
}

func slimStage(s *kargoapi.Stage) {
	s.Spec.Vars = nil
	if s.Spec.PromotionTemplate != nil {
		s.Spec.PromotionTemplate.Spec.Vars = nil
		slimSteps(s.Spec.PromotionTemplate.Spec.Steps)
	}
	for _, ref := range []*kargoapi.PromotionReference{s.Status.CurrentPromotion, s.Status.LastPromotion} {
		if ref != nil && ref.Status != nil {
			ref.Status.State = nil
			ref.Status.FreightCollection = nil
			ref.Status.Freight = nil
		}
	}
}

func slimSteps(steps []kargoapi.PromotionStep) {
	for i := range steps {
		steps[i].Config = nil
		steps[i].Vars = nil
		steps[i].If = ""
	}
}
