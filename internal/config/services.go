package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// checkServices checks a pattern of services, and warns of one that none has. Where services are found in the
// cluster, any may be there one day.
func (c *Config) checkServices(at strictyaml.Path, pattern string) {
	if !route.IsPattern(pattern) {
		c.doc.Report(at, "is no pattern of services", `write the name of one, project/service, or a pattern such as "web-*"`)
		return
	}
	if c.doc.Unread("pipelines") || len(c.Pipelines) == 0 {
		return
	}
	project, _, qualified := strings.Cut(pattern, "/")
	var known []string
	for _, p := range c.Pipelines {
		if qualified && !route.Match(project, "", p.Project) {
			continue
		}
		if len(p.Services) == 0 {
			return
		}
		for _, service := range p.Services {
			if route.Match(pattern, p.Project, service) {
				return
			}
			known = append(known, service)
			if qualified {
				known[len(known)-1] = p.Project + "/" + service
			}
		}
	}
	fix := "correct it, or add the service to its pipeline"
	if guess, ok := nearest.Word(pattern, known); ok {
		fix = fmt.Sprintf("did you mean %q?", guess)
	}
	c.warn(at, fmt.Sprintf("no pipeline has a service %.100q", pattern), fix)
}

// environmentNames returns the names of the environments of all pipelines, sorted.
func (c *Config) environmentNames() []string {
	var known []string
	for _, p := range c.Pipelines {
		known = append(known, p.Environments...)
	}
	slices.Sort(known)
	return slices.Compact(known)
}

// sortedNames returns the keys of what is configured by name.
func sortedNames[T any](byName map[string]T) []string { return slices.Sorted(maps.Keys(byName)) }
