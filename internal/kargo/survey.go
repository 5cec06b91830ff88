package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Survey is all there is to know of a project's part of a Scope, for somebody who looks for what is
// wrong.
type Survey struct {
	Project, Namespace string
	// Status is what runs where.
	Status answers.ProjectStatus
	// Configured says that the services are named in the configuration, rather than found from Stages.
	Configured bool
	// StageName returns how the Stage of a service in an environment is called.
	StageName func(service, environment string) string
	// Warehouses are those that the Stages of the Scope take Freight from; of all services, all. They
	// are the cache's own: not to be changed.
	Warehouses []*kargoapi.Warehouse
	// ServicesOf has, by the names of Warehouses, the services that take Freight from them.
	ServicesOf map[string][]string
	// Unclaimed are the names of the project's Stages that belong to no service.
	Unclaimed []string
}

// ServiceScope returns the Scope of a service in all environments, or of all services.
func (c *Catalogue) ServiceScope(ctx context.Context, service string) (Scope, error) {
	isAll, project, problem := wantsAll([]string{service})
	switch {
	case problem != nil:
		return Scope{}, problem
	case isAll:
		return c.every(ctx, project, "")
	}
	p, name, err := c.service(ctx, service)
	if err != nil {
		return Scope{}, err
	}
	return Scope{parts: []scopePart{{pipeline: p, services: []string{name}, environments: p.Environments}}}, nil
}

// Survey looks at all that a Scope has to do with.
func (c *Catalogue) Survey(ctx context.Context, scope Scope, now time.Time) ([]Survey, error) {
	var surveys []Survey
	for _, part := range scope.parts {
		survey, err := c.survey(ctx, part, now)
		if err != nil {
			return nil, err
		}
		surveys = append(surveys, survey)
	}
	return surveys, nil
}

func (c *Catalogue) survey(ctx context.Context, part scopePart, now time.Time) (Survey, error) {
	p := part.pipeline
	status, err := c.overview(ctx, part, now)
	if err != nil {
		return Survey{}, err
	}
	s := Survey{
		Project: p.Project, Namespace: p.Namespace, Status: status, Configured: len(p.Services) > 0,
		StageName: p.stageName, ServicesOf: map[string][]string{},
	}
	every, err := c.Services(ctx, p)
	if err != nil {
		return Survey{}, err
	}
	claimed := map[string]string{}
	for _, service := range every {
		for _, env := range p.Environments {
			claimed[p.stageName(service, env.Name)] = service
		}
	}
	stages, err := c.stagesIn(ctx, p.Project, p.Namespace)
	if err != nil {
		return Survey{}, err
	}
	for i := range stages {
		service, ok := claimed[stages[i].Name]
		if !ok {
			s.Unclaimed = append(s.Unclaimed, stages[i].Name)
			continue
		}
		for _, req := range stages[i].Spec.RequestedFreight {
			if of := s.ServicesOf[req.Origin.Name]; !slices.Contains(of, service) {
				s.ServicesOf[req.Origin.Name] = append(of, service)
			}
		}
	}
	slices.Sort(s.Unclaimed)
	return s, c.addWarehouses(ctx, &s, part, len(part.services) == len(every))
}

// addWarehouses adds all Warehouses of the project, or those of the services.
func (c *Catalogue) addWarehouses(ctx context.Context, s *Survey, part scopePart, all bool) error {
	var list kargoapi.WarehouseList
	if err := c.reader.List(ctx, &list, client.InNamespace(s.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return fmt.Errorf("list warehouses of project %s: %w", s.Project, err)
	}
	for i := range list.Items {
		concerned := slices.ContainsFunc(s.ServicesOf[list.Items[i].Name], func(service string) bool {
			return slices.Contains(part.services, service)
		})
		if all || concerned {
			s.Warehouses = append(s.Warehouses, &list.Items[i])
		}
	}
	slices.SortFunc(s.Warehouses, func(a, b *kargoapi.Warehouse) int { return strings.Compare(a.Name, b.Name) })
	return nil
}
