package controller

import (
	"context"
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/types"

	kargo "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Outcomes say how things end in a simulation. What is said holds for a Stage until it is said
// otherwise; nothing said means that all goes well. Its methods may be called at any time by anybody.
type Outcomes struct {
	mu        sync.Mutex
	stages    map[types.NamespacedName]*outcome
	listeners map[*func(types.NamespacedName)]struct{}
}

// outcome is what is said of one Stage.
type outcome struct {
	step         int // counted from 1; 0 for none
	stepStatus   kargo.PromotionStepStatus
	stepMessage  string
	health       *kargo.Health
	verification kargo.VerificationPhase
	message      string
}

// NewOutcomes returns Outcomes that say nothing yet.
func NewOutcomes() *Outcomes {
	return &Outcomes{
		stages:    make(map[types.NamespacedName]*outcome),
		listeners: make(map[*func(types.NamespacedName)]struct{}),
	}
}

// FailStep makes Promotions to the Stage fail at a step, counted from 1, with a message.
func (o *Outcomes) FailStep(stage types.NamespacedName, step int, message string) {
	o.set(stage, func(s *outcome) {
		s.step, s.stepStatus, s.stepMessage = step, kargo.PromotionStepStatusFailed, message
	})
}

// ErrorStep makes Promotions to the Stage end with an error at a step, counted from 1.
func (o *Outcomes) ErrorStep(stage types.NamespacedName, step int, message string) {
	o.set(stage, func(s *outcome) {
		s.step, s.stepStatus, s.stepMessage = step, kargo.PromotionStepStatusErrored, message
	})
}

// HangStep makes Promotions to the Stage wait at a step, counted from 1, until something else is said of
// the Stage's steps or somebody aborts them.
func (o *Outcomes) HangStep(stage types.NamespacedName, step int) {
	o.set(stage, func(s *outcome) {
		s.step, s.stepStatus, s.stepMessage = step, kargo.PromotionStepStatusRunning, ""
	})
}

// PassSteps makes Promotions to the Stage go well again, also one that waits.
func (o *Outcomes) PassSteps(stage types.NamespacedName) {
	o.set(stage, func(s *outcome) { s.step, s.stepStatus, s.stepMessage = 0, "", "" })
}

// SetHealth makes the Stage so while it is not being promoted to. Issues say what is wrong.
func (o *Outcomes) SetHealth(stage types.NamespacedName, state kargo.HealthState, issues ...string) {
	o.set(stage, func(s *outcome) { s.health = &kargo.Health{Status: state, Issues: slices.Clone(issues)} })
}

// SetVerification makes verifications of the Stage end in that phase. With a phase that is not final they
// wait until another one is set or somebody aborts them.
func (o *Outcomes) SetVerification(stage types.NamespacedName, phase kargo.VerificationPhase, message string) {
	o.set(stage, func(s *outcome) { s.verification, s.message = phase, message })
}

// Reset forgets what was said of the Stage.
func (o *Outcomes) Reset(stage types.NamespacedName) {
	o.set(stage, func(s *outcome) { *s = outcome{} })
}

func (o *Outcomes) set(stage types.NamespacedName, change func(*outcome)) {
	o.mu.Lock()
	said := o.stages[stage]
	if said == nil {
		said = &outcome{}
		o.stages[stage] = said
	}
	change(said)
	listeners := slices.Collect(maps.Keys(o.listeners))
	o.mu.Unlock()
	for _, listener := range listeners {
		(*listener)(stage)
	}
}

// listen calls listener with every Stage of which something is said, until ctx is done.
func (o *Outcomes) listen(ctx context.Context, listener func(types.NamespacedName)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.listeners[&listener] = struct{}{}
	context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.listeners, &listener)
	})
}

func (o *Outcomes) of(stage types.NamespacedName) outcome {
	o.mu.Lock()
	defer o.mu.Unlock()
	if said := o.stages[stage]; said != nil {
		return *said
	}
	return outcome{}
}

// ofStep returns how a step, counted from 1, ends, and with which message.
func (o *Outcomes) ofStep(stage types.NamespacedName, step int) (kargo.PromotionStepStatus, string) {
	if said := o.of(stage); said.step == step && step > 0 {
		return said.stepStatus, said.stepMessage
	}
	return kargo.PromotionStepStatusSucceeded, ""
}

// ofHealth returns the health of a Stage that is not being promoted to.
func (o *Outcomes) ofHealth(stage types.NamespacedName) *kargo.Health {
	if said := o.of(stage); said.health != nil {
		return said.health.DeepCopy()
	}
	return &kargo.Health{Status: kargo.HealthStateHealthy}
}

// ofVerification returns how a verification of the Stage ends.
func (o *Outcomes) ofVerification(stage types.NamespacedName) (kargo.VerificationPhase, string) {
	if said := o.of(stage); said.verification != "" {
		return said.verification, said.message
	}
	return kargo.VerificationPhaseSuccessful, ""
}
