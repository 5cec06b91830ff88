package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// selected is a service that somebody named, by itself or among all.
type selected struct {
	pipeline *Pipeline
	service  string
}

// Select returns the Stages of services in an environment: of those that are named, in that order, or
// of all for chatops.All. All are of one project. If one of the names is wrong, that comes back as a
// *chatops.Problem; of all services, those that have no such Stage are left out.
func (c *Catalogue) Select(ctx context.Context, services []string, environment string) ([]Target, error) {
	isAll, project, problem := wantsAll(services)
	if problem != nil {
		return nil, problem
	}
	if isAll {
		return c.selectAll(ctx, project, environment)
	}
	named, err := c.resolve(ctx, services)
	if err != nil {
		return nil, err
	}
	var targets []Target
	for _, s := range named {
		target, err := c.target(ctx, s, environment)
		if err != nil {
			return nil, err
		}
		if first := targets; len(first) > 0 && first[0].Namespace != target.Namespace {
			return nil, &chatops.Problem{
				Code:  chatops.CodeSeveralProjects,
				Title: fmt.Sprintf("%s and %s are of different projects.", first[0].Service, target.Service),
				Body:  []chatops.Text{chatops.Line(chatops.Plain("One command is about the services of one project: write one for each."))},
			}
		}
		targets = append(targets, target)
	}
	return targets, nil
}

// wantsAll reports whether the words are "all" or "project/all".
func wantsAll(services []string) (isAll bool, project string, problem *chatops.Problem) {
	for _, word := range services {
		before, name, qualified := strings.Cut(word, "/")
		if !qualified {
			before, name = "", word
		}
		if !strings.EqualFold(name, chatops.All) {
			continue
		}
		if len(services) > 1 {
			return false, "", &chatops.Problem{
				Code:  chatops.CodeUsage,
				Title: fmt.Sprintf("%q stands for all services: name no others beside it.", chatops.Shorten(word, chatops.MaxQuoted)),
			}
		}
		return true, before, nil
	}
	return false, "", nil
}

// resolve finds the services of the names, each once.
func (c *Catalogue) resolve(ctx context.Context, services []string) ([]selected, error) {
	var out []selected
	for _, word := range services {
		pipeline, name, err := c.service(ctx, word)
		if err != nil {
			return nil, err
		}
		s := selected{pipeline, name}
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

// selectAll returns the Stages of all services in an environment.
func (c *Catalogue) selectAll(ctx context.Context, project, environment string) ([]Target, error) {
	pipeline, err := c.pipelineOf(project, environment)
	if err != nil {
		return nil, err
	}
	services, err := c.Services(ctx, pipeline)
	if err != nil {
		return nil, err
	}
	var targets []Target
	for _, name := range services {
		if targets, err = c.appendTarget(ctx, targets, selected{pipeline, name}, environment); err != nil {
			return nil, err
		}
	}
	if len(targets) == 0 {
		return nil, &chatops.Problem{
			Code:  chatops.CodeNoStage,
			Title: fmt.Sprintf("No service has a Stage in %s.", chatops.Shorten(environment, chatops.MaxQuoted)),
		}
	}
	return targets, nil
}

// appendTarget appends the Stage of a service in an environment, if there is one.
func (c *Catalogue) appendTarget(ctx context.Context, targets []Target, s selected, environment string) ([]Target, error) {
	target, err := c.target(ctx, s, environment)
	switch {
	case isProblem(err, chatops.CodeNoStage):
		return targets, nil
	case err != nil:
		return nil, err
	default:
		return append(targets, target), nil
	}
}

// pipelineOf returns the one pipeline that "all" is about: that of the project, or the only one that
// has the environment.
func (c *Catalogue) pipelineOf(project, environment string) (*Pipeline, error) {
	var (
		found    []*Pipeline
		projects []string
	)
	for i := range c.pipelines {
		p := &c.pipelines[i]
		if project != "" && !strings.EqualFold(p.Project, project) {
			projects = append(projects, p.Project)
			continue
		}
		if _, ok := p.environment(environment); ok || project != "" {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, ambiguousService(chatops.All, found)
	case project != "":
		return nil, &chatops.Problem{
			Code:  chatops.CodeUnknownService,
			Title: fmt.Sprintf("No project %q.", chatops.Shorten(project, chatops.MaxQuoted)),
			Body:  []chatops.Text{list("Projects: ", projects)},
		}
	default:
		return nil, unknownEnvironment(c.pipelines, environment)
	}
}
