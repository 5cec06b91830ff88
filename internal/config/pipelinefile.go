package config

import (
	"strconv"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// FromPipelineFile returns the configuration of somebody in a terminal who has but a pipeline file of the deployment
// guide. The error is strictyaml.Problems.
func FromPipelineFile(path string) (*Config, error) {
	// Whatever is in a path, a quoted string of Go that has no control characters is one of YAML.
	return parse("", []byte("pipelines: [{file: "+strconv.Quote(path)+"}]\n"), strictyaml.ReadFile, func(*Config) {})
}

// FromProject returns the configuration of somebody in a terminal who has but the name of a Project: its environments
// are those of the deployment guide. The error is strictyaml.Problems.
func FromProject(project string) (*Config, error) {
	return parse("--project", []byte("pipelines: [{project: "+strconv.Quote(project)+", environments: [development, staging, production]}]\n"),
		strictyaml.ReadFile, func(*Config) {})
}
