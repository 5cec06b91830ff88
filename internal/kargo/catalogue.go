package kargo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// Catalogue knows the services and environments of all pipelines, and finds their Stages.
type Catalogue struct {
	reader    client.Reader
	pipelines []Pipeline
}

// NewCatalogue returns a Catalogue of the pipelines that reads Stages through reader, which is
// expected to be a cache.
func NewCatalogue(reader client.Reader, pipelines []Pipeline) *Catalogue {
	return &Catalogue{reader: reader, pipelines: pipelines}
}

// Target is one service in one environment.
type Target struct {
	Project     string
	Namespace   string
	Service     string
	Environment string
	Stage       *kargoapi.Stage
	// Several says that other projects are served, too.
	Several bool
}

// Word is how the service is written in a command: with its project, where there are several.
func (t Target) Word() string {
	if t.Several {
		return t.Project + "/" + t.Service
	}
	return t.Service
}

// String names the target for people: "red in production".
func (t Target) String() string { return t.Service + " in " + t.Environment }

// Find returns the Stage of a service in an environment. The service is a name or "project/name";
// the environment is a name or an alias. What is wrong with them comes back as a *chatops.Problem.
func (c *Catalogue) Find(ctx context.Context, service, environment string) (Target, error) {
	pipeline, name, err := c.service(ctx, service)
	if err != nil {
		return Target{}, err
	}
	return c.target(ctx, selected{pipeline, name}, environment)
}

// target returns the Stage of a service in an environment.
func (c *Catalogue) target(ctx context.Context, s selected, environment string) (Target, error) {
	pipeline, name := s.pipeline, s.service
	env, ok := pipeline.environment(environment)
	if !ok {
		return Target{}, unknownEnvironment([]Pipeline{*pipeline}, environment)
	}
	target := Target{
		Project: pipeline.Project, Namespace: pipeline.Namespace,
		Service: name, Environment: env.Name, Stage: &kargoapi.Stage{}, Several: len(c.pipelines) > 1,
	}
	key := client.ObjectKey{Namespace: pipeline.Namespace, Name: pipeline.stageName(name, env.Name)}
	switch err := c.reader.Get(ctx, key, target.Stage); {
	case apierrors.IsNotFound(err):
		return Target{}, &chatops.Problem{
			Code:  chatops.CodeNoStage,
			Title: fmt.Sprintf("There is no %s.", target),
			Body: []chatops.Text{chatops.Line(
				chatops.Plain("Kargo has no Stage "), chatops.Code(key.Name),
				chatops.Plain(" in project "), chatops.Code(pipeline.Project), chatops.Plain("."),
			)},
		}
	case err != nil:
		return Target{}, fmt.Errorf("get stage %s: %w", key, err)
	}
	return target, nil
}

// service finds the pipeline of a service.
func (c *Catalogue) service(ctx context.Context, word string) (*Pipeline, string, error) {
	project, name, qualified := strings.Cut(word, "/")
	if !qualified {
		project, name = "", word
	}
	var (
		found []*Pipeline
		match string
		known []string
	)
	for i := range c.pipelines {
		p := &c.pipelines[i]
		services, err := c.Services(ctx, p)
		if err != nil {
			return nil, "", err
		}
		for _, s := range services {
			if qualified {
				known = append(known, p.Project+"/"+s)
			} else {
				known = append(known, s)
			}
			if strings.EqualFold(s, name) && (!qualified || strings.EqualFold(p.Project, project)) {
				found, match = append(found, p), s
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, "", unknownService(word, known)
	case 1:
		return found[0], match, nil
	default:
		return nil, "", ambiguousService(match, found)
	}
}

// Services returns the names of a pipeline's services, sorted if they were found from the Stages.
func (c *Catalogue) Services(ctx context.Context, p *Pipeline) ([]string, error) {
	if len(p.Services) > 0 {
		return p.Services, nil
	}
	stages, err := c.stagesIn(ctx, p.Project, p.Namespace)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range stages {
		if name, ok := p.service(stages[i].Name); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func unknownService(word string, known []string) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeUnknownService,
		Title: fmt.Sprintf("No service %q.", chatops.Shorten(word, chatops.MaxQuoted)),
	}
	slices.Sort(known)
	known = slices.Compact(known)
	if guess, ok := nearest.Word(word, known); ok {
		p.Title += fmt.Sprintf(" Did you mean %s?", guess)
		return p
	}
	p.Body = append(p.Body, list("Services: ", known))
	return p
}

func ambiguousService(name string, in []*Pipeline) *chatops.Problem {
	var names []string
	for _, p := range in {
		names = append(names, p.Project+"/"+name)
	}
	return &chatops.Problem{
		Code:  chatops.CodeAmbiguousService,
		Title: fmt.Sprintf("Several projects have a service %s.", name),
		Body:  []chatops.Text{list("Write one of: ", names)},
	}
}

func unknownEnvironment(pipelines []Pipeline, word string) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeUnknownEnvironment,
		Title: fmt.Sprintf("No environment %q.", chatops.Shorten(word, chatops.MaxQuoted)),
	}
	var names, words []string
	known := map[string]string{}
	for i := range pipelines {
		for _, env := range pipelines[i].Environments {
			if !slices.Contains(names, env.Name) {
				names = append(names, env.Name)
			}
			for _, w := range append([]string{env.Name}, env.Aliases...) {
				words, known[w] = append(words, w), env.Name
			}
		}
	}
	if guess, ok := nearest.Word(word, words); ok {
		p.Title += fmt.Sprintf(" Did you mean %s?", known[guess])
		return p
	}
	p.Body = append(p.Body, list("Environments: ", names))
	return p
}

func isProblem(err error, code chatops.ProblemCode) bool {
	problem, ok := errors.AsType[*chatops.Problem](err)
	return ok && problem.Code == code
}

// list enumerates names, not all of very many.
func list(lead string, names []string) chatops.Text {
	const most = 20
	text := chatops.Line(chatops.Plain(lead))
	for i, name := range names {
		if i == most {
			return append(text, chatops.Plain(fmt.Sprintf(" and %d more", len(names)-most)))
		}
		if i > 0 {
			text = append(text, chatops.Plain(", "))
		}
		text = append(text, chatops.Code(name))
	}
	if len(names) == 0 {
		text = append(text, chatops.Plain("none"))
	}
	return text
}
