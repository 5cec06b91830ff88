package kargo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// FreightList lists the Freight of a service, newest first: of all Warehouses that its Stages take any
// from, or that the one Stage of the environment takes any from, if an environment is given. Then it
// also tells whether each can go there.
func (c *Catalogue) FreightList(ctx context.Context, service, environment string, now time.Time) (answers.FreightList, error) {
	pipeline, name, err := c.service(ctx, service)
	if err != nil {
		return answers.FreightList{}, err
	}
	out := answers.FreightList{Project: pipeline.Project, Service: name, Freight: []answers.ListedFreight{}}
	var (
		asked  *kargoapi.Stage
		stages []*kargoapi.Stage
	)
	if environment != "" {
		target, err := c.target(ctx, selected{pipeline, name}, environment)
		if err != nil {
			return answers.FreightList{}, err
		}
		asked = target.Stage
		stages = append(stages, asked)
		out.Environment, out.Stage = target.Environment, asked.Name
	}
	places := placesOf(pipeline, name)
	if asked == nil {
		if stages, err = c.stagesOf(ctx, pipeline, places); err != nil {
			return answers.FreightList{}, err
		}
		if len(stages) == 0 {
			return answers.FreightList{}, noStage(pipeline, name)
		}
	}
	all, err := c.freightOf(ctx, pipeline)
	if err != nil {
		return answers.FreightList{}, err
	}
	for _, f := range all.ofStages(stages) {
		listed := places.list(f, name)
		if asked != nil {
			listed.Going = going(asked, f, listed.Version, now)
		}
		out.Freight = append(out.Freight, listed)
	}
	return out, nil
}

// stagesOf returns those Stages of a project that have a place. They are the cache's own.
func (c *Catalogue) stagesOf(ctx context.Context, p *Pipeline, of places) ([]*kargoapi.Stage, error) {
	list, err := c.stagesIn(ctx, p.Project, p.Namespace)
	if err != nil {
		return nil, err
	}
	var stages []*kargoapi.Stage
	for i := range list {
		if _, ok := of[list[i].Name]; ok {
			stages = append(stages, &list[i])
		}
	}
	return stages, nil
}

func noStage(p *Pipeline, service string) *chatops.Problem {
	return &chatops.Problem{
		Code:  chatops.CodeNoStage,
		Title: fmt.Sprintf("%s has no Stage yet.", service),
		Body: []chatops.Text{chatops.Line(
			chatops.Plain("Kargo would have one such as "), chatops.Code(p.stageName(service, p.Environments[0].Name)),
			chatops.Plain(" in project "), chatops.Code(p.Project), chatops.Plain("."),
		)},
	}
}

// ofStages returns the Freight of the Warehouses that the Stages take any from, newest first.
func (f *freights) ofStages(stages []*kargoapi.Stage) []*kargoapi.Freight {
	origins := map[kargoapi.FreightOrigin]bool{}
	for _, stage := range stages {
		for _, req := range stage.Spec.RequestedFreight {
			origins[req.Origin] = true
		}
	}
	var found []*kargoapi.Freight
	for origin := range origins {
		found = append(found, f.byOrigin[origin]...)
	}
	slices.SortFunc(found, newestFirst)
	return found
}

// going tells whether Freight can go to a Stage.
func going(stage *kargoapi.Stage, f *kargoapi.Freight, version string, now time.Time) *answers.Going {
	a := Available(stage, f, now)
	out := &answers.Going{There: stage.Status.Current().Includes(f.Name), Available: a.Available && !stage.IsControlFlow()}
	switch {
	case out.Available:
	case a.Available:
		out.Why = fmt.Sprintf("Stage %s only passes Freight on: nothing can be promoted to it.", stage.Name)
	default:
		out.Why = a.Explain(version, stage.Name, now)
		if a.Soaks(now) {
			out.At = a.SoakedAt.UTC()
		}
	}
	return out
}

// places has the environments of a service by the names of their Stages.
type places map[string]place

type place struct {
	environment string
	// order is the place of the environment in the configuration.
	order int
}

func placesOf(p *Pipeline, service string) places {
	of := places{}
	for _, env := range p.Environments {
		of[p.stageName(service, env.Name)] = place{env.Name, len(of)}
	}
	return of
}

// list describes Freight, with the Stages that have to do with it.
func (p places) list(f *kargoapi.Freight, service string) answers.ListedFreight {
	out := answers.ListedFreight{Freight: Describe(f, service), DiscoveredAt: f.EffectiveDiscoveredAt().UTC()}
	for _, stage := range p.sorted(maps.Keys(f.Status.CurrentlyIn)) {
		out.In = append(out.In, p.at(stage, instant(f.Status.CurrentlyIn[stage].Since)))
	}
	for _, stage := range p.sorted(maps.Keys(f.Status.VerifiedIn)) {
		out.VerifiedIn = append(out.VerifiedIn, p.at(stage, instant(f.Status.VerifiedIn[stage].VerifiedAt)))
	}
	for _, stage := range p.sorted(maps.Keys(f.Status.ApprovedFor)) {
		out.ApprovedFor = append(out.ApprovedFor, p.at(stage, instant(f.Status.ApprovedFor[stage].ApprovedAt)))
	}
	return out
}

func (p places) at(stage string, since time.Time) answers.FreightPlace {
	return answers.FreightPlace{Environment: p[stage].environment, Stage: stage, Since: since}
}

// sorted puts Stages in the order of their environments, and those of none at the end.
func (p places) sorted(stages func(func(string) bool)) []string {
	return slices.SortedFunc(stages, func(a, b string) int {
		atA, okA := p[a]
		atB, okB := p[b]
		switch {
		case okA && okB:
			return atA.order - atB.order
		case okA:
			return -1
		case okB:
			return 1
		default:
			return strings.Compare(a, b)
		}
	})
}
