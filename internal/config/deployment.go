package config

import (
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Deployments are what GitHub shows as environments.
type Deployments struct {
	// Enabled is whether GitHub is told what runs where. The App needs the permission to write deployments.
	Enabled bool `yaml:"enabled" default:"true"`
	// Environment is what GitHub calls the environment: a pattern with the placeholders `{service}`,
	// `{environment}` and `{project}`. Without `{service}`, the services of a repository share their environments.
	Environment string `yaml:"environment" default:"{service}-{environment}"`
	// Production are the environments that users see. Default: `production`, `prod` and `prd`.
	Production []string `yaml:"production"`
	// Builds is whether GitHub is told of what is no release, too, such as `sha-4f2c1aa`.
	Builds bool `yaml:"builds"`
}

func (d *Deployments) validate(c *Config) {
	const path = strictyaml.Path("github.deployments")
	at := path.Key("environment")
	if err := checkTemplate(d.Environment, []string{"service", "environment", "project"}); err != nil {
		c.doc.Report(at, err.Message, err.Fix)
	} else if !strings.Contains(d.Environment, "{environment}") {
		c.doc.Report(at, "has no {environment}", "add it: without it, all environments of a service would be one")
	}
	if !c.doc.Has(path.Key("production")) {
		d.Production = c.productionNames()
	}
	for i, name := range d.Production {
		c.checkEnvironment(path.Key("production").Index(i), name)
	}
}

// productionNames returns the environments that are called by one of the words for production.
func (c *Config) productionNames() []string {
	return slices.DeleteFunc(c.environmentNames(), func(name string) bool { return !slices.Contains(synonyms[0], name) })
}
