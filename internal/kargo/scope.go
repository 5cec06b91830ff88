package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// Scope is the services and environments that a question is about.
type Scope struct {
	parts []scopePart
}

// scopePart is the services and environments of one pipeline.
type scopePart struct {
	pipeline     *Pipeline
	services     []string
	environments []Environment
	// every says that the services are all that there are, and where that an environment was named.
	every, where bool
}

// Everything returns the Scope of all services in all environments.
func (c *Catalogue) Everything(ctx context.Context) (Scope, error) {
	return c.every(ctx, "", "")
}

// Scope returns what is meant by the services and the environment, either of which may be empty for
// all. A single service with no environment may turn out to be the name of an environment. What is wrong
// with them comes back as a *chatops.Problem.
func (c *Catalogue) Scope(ctx context.Context, services []string, environment string) (Scope, error) {
	isAll, project, problem := wantsAll(services)
	switch {
	case problem != nil:
		return Scope{}, problem
	case isAll || len(services) == 0:
		return c.every(ctx, project, environment)
	}
	named, err := c.resolve(ctx, services)
	if err != nil {
		if len(services) == 1 && environment == "" && isProblem(err, chatops.CodeUnknownService) {
			return c.orEnvironment(ctx, services[0], err)
		}
		return Scope{}, err
	}
	var scope Scope
	for _, s := range named {
		i := slices.IndexFunc(scope.parts, func(p scopePart) bool { return p.pipeline == s.pipeline })
		if i < 0 {
			environments, ok := s.pipeline.environments(environment)
			if !ok {
				return Scope{}, unknownEnvironment([]Pipeline{*s.pipeline}, environment)
			}
			i = len(scope.parts)
			scope.parts = append(scope.parts, scopePart{pipeline: s.pipeline, environments: environments, where: environment != ""})
		}
		scope.parts[i].services = append(scope.parts[i].services, s.service)
	}
	return scope, nil
}

// environments returns the environment of that name, or all for none.
func (p *Pipeline) environments(word string) ([]Environment, bool) {
	if word == "" {
		return p.Environments, true
	}
	env, ok := p.environment(word)
	return []Environment{env}, ok
}

// every returns all services of a project, or of all of them, in an environment, or in all.
func (c *Catalogue) every(ctx context.Context, project, environment string) (Scope, error) {
	var (
		scope    Scope
		projects []string
		met      bool
	)
	for i := range c.pipelines {
		p := &c.pipelines[i]
		projects = append(projects, p.Project)
		if project != "" && !strings.EqualFold(p.Project, project) {
			continue
		}
		met = true
		environments, ok := p.environments(environment)
		if !ok {
			continue
		}
		services, err := c.Services(ctx, p)
		if err != nil {
			return Scope{}, err
		}
		scope.parts = append(scope.parts, scopePart{
			pipeline: p, services: services, environments: environments, every: true, where: environment != "",
		})
	}
	switch {
	case !met && project != "":
		return Scope{}, &chatops.Problem{
			Code:  chatops.CodeUnknownService,
			Title: fmt.Sprintf("No project %q.", chatops.Shorten(project, chatops.MaxQuoted)),
			Body:  []chatops.Text{list("Projects: ", projects)},
		}
	case len(scope.parts) == 0 && environment != "":
		return Scope{}, unknownEnvironment(c.pipelines, environment)
	}
	return scope, nil
}

// orEnvironment takes a word that is no service for an environment, or says what else it may have been.
func (c *Catalogue) orEnvironment(ctx context.Context, word string, noService error) (Scope, error) {
	scope, err := c.every(ctx, "", word)
	if !isProblem(err, chatops.CodeUnknownEnvironment) {
		return scope, err
	}
	if strings.Contains(word, "/") {
		return Scope{}, noService
	}
	p := &chatops.Problem{
		Code:  chatops.CodeUnknownService,
		Title: fmt.Sprintf("No service and no environment %q.", chatops.Shorten(word, chatops.MaxQuoted)),
	}
	services, environments, err := c.words(ctx)
	if err != nil {
		return Scope{}, err
	}
	if guess, ok := nearest.Word(word, slices.Concat(services, environments)); ok {
		p.Title += fmt.Sprintf(" Did you mean %s?", guess)
		return Scope{}, p
	}
	p.Body = []chatops.Text{list("Services: ", services), list("Environments: ", environments)}
	return Scope{}, p
}

// words returns the names of all services and environments.
func (c *Catalogue) words(ctx context.Context) (services, environments []string, err error) {
	for i := range c.pipelines {
		p := &c.pipelines[i]
		of, err := c.Services(ctx, p)
		if err != nil {
			return nil, nil, err
		}
		services = append(services, of...)
		for _, env := range p.Environments {
			if !slices.Contains(environments, env.Name) {
				environments = append(environments, env.Name)
			}
		}
	}
	slices.Sort(services)
	return slices.Compact(services), environments, nil
}
