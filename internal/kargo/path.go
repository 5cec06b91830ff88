package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// MaxPath bounds how many Stages a walk can have: the limit of a Shipment's schema.
const MaxPath = 20

// Walk is Freight on its way through several Stages.
type Walk struct {
	Freight *kargoapi.Freight
	// Path names the Stages in the order in which the Freight passes them, the target's own last.
	Path []string
}

// Through returns the walk to a target: of the Freight that wanted names or, if wanted is empty, of the
// newest from the target's Warehouse, be it available to the target yet or not. The way is what the
// Stages' requestedFreight says; names mean nothing.
func (c *Catalogue) Through(ctx context.Context, target Target, wanted string, now time.Time) (Walk, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return Walk{}, err
	}
	freight, problem := choice.forWalk(wanted)
	if problem != nil {
		return Walk{}, problem
	}
	stages, err := c.stagesIn(ctx, target.Project, target.Namespace)
	if err != nil {
		return Walk{}, err
	}
	way := &way{freight: freight, stages: map[string]*kargoapi.Stage{}, known: map[string]found{}, circles: map[*chatops.Problem]bool{}}
	for i := range stages {
		way.stages[stages[i].Name] = &stages[i]
	}
	path, problem := way.to(target.Stage.Name, nil)
	switch {
	case problem != nil:
		return Walk{}, problem
	case len(path) > MaxPath:
		return Walk{}, &chatops.Problem{
			Code:  chatops.CodeTooMany,
			Title: fmt.Sprintf("The way to %s has %d Stages; I walk through %d at most.", target, len(path), MaxPath),
		}
	}
	return Walk{Freight: freight.DeepCopy(), Path: path}, nil
}

// forWalk chooses the Freight of a walk. It need not be available yet.
func (c choice) forWalk(wanted string) (*kargoapi.Freight, *chatops.Problem) {
	if wanted != "" {
		f, problem := c.find(wanted)
		if problem == nil && c.current(f) {
			return nil, c.alreadyThere(f)
		}
		return f, problem
	}
	var candidates []*kargoapi.Freight
	for _, req := range c.target.Stage.Spec.RequestedFreight {
		i := slices.IndexFunc(c.freight, func(f *kargoapi.Freight) bool { return f.Origin == req.Origin })
		if i >= 0 {
			candidates = append(candidates, c.freight[i])
		}
	}
	open := slices.DeleteFunc(slices.Clone(candidates), c.current)
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		return nil, c.ambiguous(fmt.Sprintf("%s takes Freight from several Warehouses.", c.target.Stage.Name), open)
	case len(candidates) > 0:
		return nil, c.alreadyThere(candidates[0])
	default:
		return nil, c.noneAvailable()
	}
}

// way finds the Stages that a Freight passes.
type way struct {
	freight *kargoapi.Freight
	stages  map[string]*kargoapi.Stage
	// known has the ways that were found already: many may lead through one Stage. What is a circle on the
	// way from one Stage need not be one from another, so that circles are not in it.
	known   map[string]found
	circles map[*chatops.Problem]bool
	// steps counts what was tried, since circles can be tangled.
	steps int
}

// maxSteps is more than any pipeline takes that has no circles in it.
const maxSteps = 10_000

// found is a way to a Stage, or why there is none.
type found struct {
	path    []string
	problem *chatops.Problem
}

// to returns the Stages on the way to a Stage, itself the last, each after all that it waits for.
// Behind are the Stages that the way leads to from here: the pipeline may be misconfigured as a circle.
func (w *way) to(name string, behind []string) ([]string, *chatops.Problem) {
	if w.steps++; slices.Contains(behind, name) || w.steps > maxSteps {
		circle := w.blocked(name, "It takes Freight from itself, by way of "+strings.Join(behind, ", ")+".")
		w.circles[circle] = true
		return nil, circle
	}
	if f, ok := w.known[name]; ok {
		return f.path, f.problem
	}
	path, problem := w.find(name, behind)
	if !w.circles[problem] {
		w.known[name] = found{slices.Clip(path), problem}
	}
	return path, problem
}

func (w *way) find(name string, behind []string) ([]string, *chatops.Problem) {
	stage, known := w.stages[name]
	if !known {
		return nil, w.blocked(name, "There is no such Stage.")
	}
	i := slices.IndexFunc(stage.Spec.RequestedFreight, func(r kargoapi.FreightRequest) bool { return r.Origin == w.freight.Origin })
	if i < 0 {
		return nil, w.blocked(name, fmt.Sprintf("It takes no Freight from the Warehouse %s.", w.freight.Origin.Name))
	}
	path, problem := w.before(stage.Spec.RequestedFreight[i].Sources, append(slices.Clone(behind), name))
	if problem != nil || stage.IsControlFlow() {
		// Nothing is promoted to a control-flow Stage: it passes on what is verified before it.
		return path, problem
	}
	return append(path, name), nil
}

// before returns the Stages that a Freight has to pass before it is available by these sources.
func (w *way) before(sources kargoapi.FreightSources, behind []string) ([]string, *chatops.Problem) {
	if sources.Direct || len(sources.Stages) == 0 {
		return nil, nil
	}
	if sources.AvailabilityStrategy == kargoapi.FreightAvailabilityStrategyAll {
		var all []string
		for _, name := range sources.Stages {
			path, problem := w.to(name, behind)
			if problem != nil {
				return nil, problem
			}
			for _, stage := range path {
				if !slices.Contains(all, stage) {
					all = append(all, stage)
				}
			}
		}
		return all, nil
	}
	return w.oneOf(sources.Stages, behind)
}

// oneOf returns the way by one of several Stages: where the Freight is verified already, else the shortest.
func (w *way) oneOf(names, behind []string) (best []string, failed *chatops.Problem) {
	found := false
	for _, name := range names {
		path, problem := w.to(name, behind)
		if problem != nil {
			failed = problem
			continue
		}
		if _, verified := w.freight.Status.VerifiedIn[name]; verified {
			return path, nil
		}
		if !found || len(path) < len(best) {
			best, found = path, true
		}
	}
	if found {
		return best, nil
	}
	return nil, failed
}

func (w *way) blocked(stage, why string) *chatops.Problem {
	return &chatops.Problem{
		Code:  chatops.CodeFreightUnavailable,
		Title: fmt.Sprintf("There is no way for this Freight through Stage %s.", stage),
		Body:  []chatops.Text{chatops.Line(chatops.Plain(why))},
	}
}
