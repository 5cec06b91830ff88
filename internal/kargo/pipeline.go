package kargo

import "strings"

// Placeholders of a Stage name pattern.
const (
	servicePlaceholder     = "{service}"
	environmentPlaceholder = "{environment}"
	// DefaultStagePattern is how the deployment guide names Stages.
	DefaultStagePattern = servicePlaceholder + "-" + environmentPlaceholder
)

// Pipeline says how the Stages of one Kargo Project form services and environments.
type Pipeline struct {
	// Project is the name of the Kargo Project.
	Project string
	// Namespace is the Project's namespace: of the same name in every Kargo so far.
	Namespace string
	// StagePattern turns a service and an environment into the name of a Stage. It contains both
	// placeholders; empty means DefaultStagePattern.
	StagePattern string
	// Services are the services' names. If empty, they are found from the Stages that exist.
	Services []string
	// Environments are in the order in which people think of them.
	Environments []Environment
}

// Environment is a place that services run in, such as production.
type Environment struct {
	Name    string
	Aliases []string
}

func (p *Pipeline) stageName(service, environment string) string {
	pattern := p.StagePattern
	if pattern == "" {
		pattern = DefaultStagePattern
	}
	return strings.NewReplacer(servicePlaceholder, service, environmentPlaceholder, environment).Replace(pattern)
}

// service returns the service that a Stage belongs to, if it is one of an environment of this
// pipeline. Names of environments are matched whole, so that "git-sync-production" is git-sync's, and
// the longest wins: where there is an environment eu-production, "red-eu-production" is not red-eu's.
func (p *Pipeline) service(stage string) (service string, found bool) {
	const mark = "\x00"
	for _, env := range p.Environments {
		before, after, _ := strings.Cut(p.stageName(mark, env.Name), mark)
		rest, ok := strings.CutPrefix(stage, before)
		if !ok {
			continue
		}
		name, ok := strings.CutSuffix(rest, after)
		if ok && name != "" && (!found || len(name) < len(service)) {
			service, found = name, true
		}
	}
	return service, found
}

// environment finds an environment by its name or one of its aliases.
func (p *Pipeline) environment(word string) (Environment, bool) {
	for _, env := range p.Environments {
		if strings.EqualFold(env.Name, word) {
			return env, true
		}
	}
	for _, env := range p.Environments {
		for _, alias := range env.Aliases {
			if strings.EqualFold(alias, word) {
				return env, true
			}
		}
	}
	return Environment{}, false
}
