package kargo

import (
	"context"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Lookup returns the Freight that a word names, among those that a target's Stage takes, whether it can
// go there or not: by the rules of Choose. If there is no such Freight, or several, that comes back as a
// *chatops.Problem.
func (c *Catalogue) Lookup(ctx context.Context, target Target, word string, now time.Time) (*kargoapi.Freight, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return nil, err
	}
	return chosen(choice.find(word))
}

// Pair is two Freight of a service.
type Pair struct {
	Project, Service string
	From, To         *kargoapi.Freight
}

// Pair returns the Freight of a service that two words name, among all that any of its Stages takes, by the
// rules of Choose. If there is no such Freight, or several, that comes back as a *chatops.Problem.
func (c *Catalogue) Pair(ctx context.Context, service, from, to string, now time.Time) (Pair, error) {
	pipeline, name, err := c.service(ctx, service)
	if err != nil {
		return Pair{}, err
	}
	places := placesOf(pipeline, name)
	stages, err := c.stagesOf(ctx, pipeline, places)
	if err != nil {
		return Pair{}, err
	}
	if len(stages) == 0 {
		return Pair{}, noStage(pipeline, name)
	}
	all, err := c.freightOf(ctx, pipeline)
	if err != nil {
		return Pair{}, err
	}
	choice := choice{
		target:  Target{Project: pipeline.Project, Namespace: pipeline.Namespace, Service: name, Stage: stages[0]},
		freight: all.ofStages(stages), now: now, isOfService: func(kargoapi.FreightOrigin) bool { return false },
	}
	pair := Pair{Project: pipeline.Project, Service: name}
	if pair.From, err = chosen(choice.find(from)); err != nil {
		return Pair{}, err
	}
	pair.To, err = chosen(choice.find(to))
	return pair, err
}

// Next returns the Freight that comes next to a target: what Kargo would choose, else the newest that is
// newer than what runs there and can't go yet. If there is none, or several, that comes back as a
// *chatops.Problem.
func (c *Catalogue) Next(ctx context.Context, target Target, now time.Time) (*kargoapi.Freight, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return nil, err
	}
	found, problem := choice.newest()
	if problem == nil {
		return found.DeepCopy(), nil
	}
	if problem.Code == chatops.CodeAlreadyThere || problem.Code == chatops.CodeNoFreight {
		passed := map[kargoapi.FreightOrigin]bool{}
		for _, f := range choice.freight {
			switch {
			case choice.current(f):
				passed[f.Origin] = true
			case !passed[f.Origin]:
				return f.DeepCopy(), nil
			}
		}
	}
	return nil, problem
}

// Going tells whether Freight can go to a target.
func Going(target Target, f *kargoapi.Freight, now time.Time) answers.Going {
	return *going(target.Stage, f, Version(Reference(f), target.Service), now)
}

// Running returns the Freight that a target runs, one of each origin.
func Running(target Target) []kargoapi.FreightReference {
	current := target.Stage.Status.Current()
	if current == nil {
		return nil
	}
	return inOrder(target.Stage, current)
}

// HasEnvironment reports whether the word names an environment of the target's project.
func (c *Catalogue) HasEnvironment(target Target, word string) bool {
	for i := range c.pipelines {
		if p := &c.pipelines[i]; p.Project == target.Project {
			_, ok := p.environment(word)
			return ok
		}
	}
	return false
}
