package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Line is a service with all that tells how far its versions have come.
type Line struct {
	Project, Namespace, Service string
	// Several says that other projects are served, too.
	Several bool
	// Stages are those that can be promoted to, in the order of the environments.
	Stages []LineStage
	// Freight is that of all Warehouses that the Stages take any from, newest first. It is the cache's own, not
	// to be changed.
	Freight []*kargoapi.Freight
}

// LineStage is a Stage with the Promotions to it.
type LineStage struct {
	Target

	// Promotions are those that Kargo still has, the oldest first. They are the cache's own, not to be changed.
	Promotions []*kargoapi.Promotion
}

// Word is how the service is written in a command.
func (l Line) Word() string {
	return Target{Project: l.Project, Service: l.Service, Several: l.Several}.Word()
}

// Line returns a service of a namespace; false if there is none of that name that can be promoted anywhere. It
// needs what IndexLines has a cache index.
func (c *Catalogue) Line(ctx context.Context, namespace, service string) (Line, bool, error) {
	for i := range c.pipelines {
		p := &c.pipelines[i]
		if p.Namespace != namespace || len(p.Services) > 0 && !slices.Contains(p.Services, service) {
			continue
		}
		line := Line{Project: p.Project, Namespace: namespace, Service: service, Several: len(c.pipelines) > 1}
		if err := c.addStages(ctx, &line, p); err != nil {
			return Line{}, false, err
		}
		if len(line.Stages) == 0 {
			continue
		}
		return line, true, c.addFreight(ctx, &line)
	}
	return Line{}, false, nil
}

func (c *Catalogue) addStages(ctx context.Context, line *Line, p *Pipeline) error {
	for _, env := range p.Environments {
		key := client.ObjectKey{Namespace: p.Namespace, Name: p.stageName(line.Service, env.Name)}
		target := Target{
			Project: p.Project, Namespace: p.Namespace, Service: line.Service, Environment: env.Name, Stage: &kargoapi.Stage{}, Several: line.Several,
		}
		switch err := c.reader.Get(ctx, key, target.Stage); {
		case apierrors.IsNotFound(err):
			continue
		case err != nil:
			return fmt.Errorf("get stage %s: %w", key, err)
		case Promotable(target) != nil:
			continue
		}
		promotions, err := c.promotionsTo(ctx, p.Namespace, key.Name)
		if err != nil {
			return err
		}
		at := LineStage{Target: target}
		for i := range promotions {
			at.Promotions = append(at.Promotions, &promotions[i])
		}
		// Kargo carries them out by name, which has the time in it.
		slices.SortFunc(at.Promotions, func(a, b *kargoapi.Promotion) int { return strings.Compare(a.Name, b.Name) })
		line.Stages = append(line.Stages, at)
	}
	return nil
}

func (c *Catalogue) addFreight(ctx context.Context, line *Line) error {
	for _, warehouse := range line.Warehouses() {
		var list kargoapi.FreightList
		err := c.reader.List(ctx, &list, client.InNamespace(line.Namespace),
			client.MatchingFields{FreightWarehouse: warehouse}, client.UnsafeDisableDeepCopy)
		if err != nil {
			return fmt.Errorf("list freight of warehouse %s/%s: %w", line.Namespace, warehouse, err)
		}
		for i := range list.Items {
			line.Freight = append(line.Freight, &list.Items[i])
		}
	}
	slices.SortFunc(line.Freight, newestFirst)
	return nil
}

// Warehouses returns the names of the Warehouses that the Stages take Freight from, each once.
func (l Line) Warehouses() []string {
	targets := make([]Target, len(l.Stages))
	for i := range l.Stages {
		targets[i] = l.Stages[i].Target
	}
	return Warehouses(targets)
}

// ServicesOf returns the services of which a Stage takes Freight of a Warehouse, each once. It needs what
// IndexLines has a cache index.
func (c *Catalogue) ServicesOf(ctx context.Context, namespace, warehouse string) ([]string, error) {
	var list kargoapi.StageList
	err := c.reader.List(ctx, &list, client.InNamespace(namespace), client.MatchingFields{StageWarehouse: warehouse}, client.UnsafeDisableDeepCopy)
	if err != nil {
		return nil, fmt.Errorf("list stages that take from warehouse %s/%s: %w", namespace, warehouse, err)
	}
	var services []string
	for i := range list.Items {
		for j := range c.pipelines {
			p := &c.pipelines[j]
			service, ok := p.service(list.Items[i].Name)
			if p.Namespace == namespace && ok && (len(p.Services) == 0 || slices.Contains(p.Services, service)) {
				services = append(services, service)
			}
		}
	}
	slices.Sort(services)
	return slices.Compact(services), nil
}

// Fields that caches index Kargo's objects by, for a Line.
const (
	// FreightWarehouse is the Warehouse that Freight comes from.
	FreightWarehouse = "origin.name"
	// StageWarehouse are the Warehouses that a Stage takes Freight from.
	StageWarehouse = "spec.requestedFreight.origin.name"
)

// IndexLines has a cache index what a Line is made of, beside what IndexPromotions does. It is to be called before
// the cache is filled.
func IndexLines(ctx context.Context, indexer client.FieldIndexer) error {
	err := indexer.IndexField(ctx, &kargoapi.Freight{}, FreightWarehouse, func(o client.Object) []string {
		if f, ok := o.(*kargoapi.Freight); ok && f.Origin.Name != "" {
			return []string{f.Origin.Name}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index freight by warehouse: %w", err)
	}
	err = indexer.IndexField(ctx, &kargoapi.Stage{}, StageWarehouse, func(o client.Object) []string {
		stage, ok := o.(*kargoapi.Stage)
		if !ok {
			return nil
		}
		return Warehouses([]Target{{Stage: stage}})
	})
	if err != nil {
		return fmt.Errorf("index stages by warehouse: %w", err)
	}
	return nil
}

// AutoPromotes reports whether Kargo is going to promote a Freight to a Stage by itself, as far as it is
// available: auto-promotion is on, not on hold for its origin, and would choose it unless something newer is there.
func AutoPromotes(stage *kargoapi.Stage, f *kargoapi.Freight) bool {
	if _, held := stage.Status.EffectiveAutoPromotionHolds[f.Origin.String()]; held || !stage.Status.AutoPromotionEnabled {
		return false
	}
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(req kargoapi.FreightRequest) bool {
		return req.Origin == f.Origin && matchesUpstream(req, f)
	})
}
