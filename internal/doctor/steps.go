package doctor

import (
	"context"
	"encoding/json"
	"strings"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// placed is a Stage with the service and environment that it is of.
type placed struct {
	stage                *kargoapi.Stage
	service, environment string
	// proven says that its last Promotion succeeded: so all that its steps do can be done.
	proven bool
}

// stagesWithSteps reads the Stages that are looked at, as the caches have no configuration of steps. It reports false
// if they can't be read, which it has noted.
func (s *state) stagesWithSteps(ctx context.Context) ([]placed, bool) {
	objects, ok := s.list(ctx, stageKind, s.Namespace)
	if !ok {
		return nil, false
	}
	byName := map[string]*kargoapi.Stage{}
	all := typed[kargoapi.Stage](objects)
	for i := range all {
		byName[all[i].Name] = &all[i]
	}
	var found []placed
	for _, service := range s.Status.Services {
		for _, at := range service.Stages {
			if stage := byName[at.Stage]; stage != nil {
				proven := at.Last != nil && at.Last.Phase == string(kargoapi.PromotionPhaseSucceeded)
				found = append(found, placed{stage, service.Service, at.Environment, proven})
			}
		}
	}
	return found, true
}

// everyStage reads all Stages of the Project, also those of no service.
func (s *state) everyStage(ctx context.Context) ([]placed, bool) {
	objects, ok := s.list(ctx, stageKind, s.Namespace)
	if !ok {
		return nil, false
	}
	all := typed[kargoapi.Stage](objects)
	found := make([]placed, len(all))
	for i := range all {
		found[i].stage = &all[i]
	}
	return found, true
}

// step is a step of a Stage with the values that its configuration may refer to.
type step struct {
	kargoapi.PromotionStep

	env environment
}

// steps returns the steps of a Stage. Those of PromotionTasks, which are elsewhere, are not among them, which is noted.
func (s *state) steps(stage *kargoapi.Stage) []step {
	if stage.IsControlFlow() {
		return nil
	}
	env := environmentOf(s.Project, stage)
	var all []step
	for _, one := range stage.Spec.PromotionTemplate.Spec.Steps {
		if one.Task != nil {
			s.cannot("Some Stages take steps from PromotionTasks, which are not looked at: what those clone, push to and update is not known.")
			continue
		}
		all = append(all, step{one, env.with(one.Vars)})
	}
	return all
}

// configured reads the configuration of a step.
func configured[T any](s step) (T, bool) {
	var config T
	if s.Config == nil {
		return config, false
	}
	return config, json.Unmarshal(s.Config.Raw, &config) == nil
}

// is reports whether a step is of that kind.
func (s step) is(uses string) bool { return strings.EqualFold(s.Uses, uses) }
