package kargo

import (
	"context"
	"slices"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Deployed is what a service runs in an environment, with the Freight itself.
type Deployed struct {
	Target

	// Status is the same as people are told it.
	Status answers.StageStatus
	// Running is Freight of each origin.
	Running []kargoapi.FreightReference
	// Before is what ran before, newest first.
	Before []Ran
	// Next is Freight that is on its way there or could go: what Status names as promoted, queued, waiting
	// and soaking, as far as it still exists, by its name.
	Next map[string]kargoapi.FreightReference
}

// Ran is what a Stage ran at a time.
type Ran struct {
	// Freight is of each origin.
	Freight []kargoapi.FreightReference
	// At is when the first of it was verified there; zero if Kargo does not say.
	At time.Time
}

// Deployed tells what a service runs, in each environment that it has a Stage for, in their order.
func (c *Catalogue) Deployed(ctx context.Context, service string, now time.Time) ([]Deployed, error) {
	targets, err := c.Places(ctx, service)
	if err != nil {
		return nil, err
	}
	scope, err := c.Scope(ctx, []string{targets[0].Project + "/" + targets[0].Service}, "")
	if err != nil {
		return nil, err
	}
	overview, err := c.Overview(ctx, scope, now)
	if err != nil {
		return nil, err
	}
	status := map[string]answers.StageStatus{}
	for _, cell := range overview.Projects[0].Services[0].Stages {
		status[cell.Environment] = cell
	}
	all, err := c.freightIn(ctx, targets[0].Project, targets[0].Namespace)
	if err != nil {
		return nil, err
	}
	out := make([]Deployed, len(targets))
	for i, t := range targets {
		out[i] = Deployed{Target: t, Status: status[t.Environment], Running: Running(t), Next: map[string]kargoapi.FreightReference{}}
		wanted := nextTo(out[i].Status)
		for j := range all {
			if wanted[all[j].Name] {
				out[i].Next[all[j].Name] = Reference(all[j].DeepCopy())
			}
		}
		for _, collection := range t.Stage.Status.FreightHistory[min(1, len(t.Stage.Status.FreightHistory)):] {
			ran := Ran{Freight: inOrder(t.Stage, collection)}
			j := slices.IndexFunc(all, func(f kargoapi.Freight) bool { return len(ran.Freight) > 0 && f.Name == ran.Freight[0].Name })
			if j >= 0 {
				ran.At = instant(all[j].Status.VerifiedIn[t.Stage.Name].VerifiedAt)
			}
			out[i].Before = append(out[i].Before, ran)
		}
	}
	return out, nil
}

// nextTo has the names of all Freight that is about to come, or could.
func nextTo(status answers.StageStatus) map[string]bool {
	names := map[string]bool{}
	if status.Promotion != nil {
		names[status.Promotion.Freight.Name] = true
	}
	for _, p := range status.Queued {
		names[p.Freight.Name] = true
	}
	for _, f := range status.Waiting {
		names[f.Name] = true
	}
	for _, f := range status.Soaking {
		names[f.Name] = true
	}
	return names
}

// Discovered returns the newest Freight of each Warehouse that any Stage of a service takes Freight from.
func (c *Catalogue) Discovered(ctx context.Context, service string) ([]*kargoapi.Freight, error) {
	pipeline, name, err := c.service(ctx, service)
	if err != nil {
		return nil, err
	}
	stages, err := c.stagesOf(ctx, pipeline, placesOf(pipeline, name))
	if err != nil {
		return nil, err
	}
	all, err := c.freightOf(ctx, pipeline)
	if err != nil {
		return nil, err
	}
	var newest []*kargoapi.Freight
	seen := map[kargoapi.FreightOrigin]bool{}
	for _, f := range all.ofStages(stages) {
		if !seen[f.Origin] {
			seen[f.Origin] = true
			newest = append(newest, f.DeepCopy())
		}
	}
	return newest, nil
}

// ServiceOf returns the project and the service that a Stage belongs to, if it is one that people can name.
func (c *Catalogue) ServiceOf(namespace, stage string) (project, service string, found bool) {
	for i := range c.pipelines {
		p := &c.pipelines[i]
		if p.Namespace != namespace {
			continue
		}
		if service, ok := p.service(stage); ok {
			return p.Project, service, true
		}
	}
	return "", "", false
}
