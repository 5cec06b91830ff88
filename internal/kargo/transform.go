package kargo

import (
	"slices"
	"unique"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
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
	case v1alpha1.Reported:
		o.SetManagedFields(nil)
	}
	return in, nil
}

func slimPromotion(p *kargoapi.Promotion) {
	p.OwnerReferences = nil
	p.Labels, p.Annotations = sharingKeys(p.Labels), sharingKeys(p.Annotations)
	p.Spec.Vars = nil
	// Decoding leaves room at the end of slices.
	p.Spec.Steps = slices.Clone(p.Spec.Steps)
	slimSteps(p.Spec.Steps)
	p.Status.State = slimState(p.Status.State)
	p.Status.FreightCollection = nil
	p.Status.Freight = nil
	p.Status.StepExecutionMetadata = slices.Clone(p.Status.StepExecutionMetadata)
	for i := range p.Status.StepExecutionMetadata {
		step := &p.Status.StepExecutionMetadata[i]
		share(&step.Alias)
		share(&step.Status)
	}
	share(&p.Namespace)
	share(&p.Spec.Stage)
	share(&p.Spec.Freight)
	share(&p.Status.Phase)
}

// share makes a string the one that all objects have which say the same: ten thousand Promotions name
// the same few Stages, steps and keys.
func share[T ~string](s *T) { *s = T(unique.Make(string(*s)).Value()) }

func sharingKeys(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]string, len(m))
	for key, value := range m {
		share(&key)
		out[key] = value
	}
	return out
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
		share(&steps[i].Uses)
		share(&steps[i].As)
	}
}
