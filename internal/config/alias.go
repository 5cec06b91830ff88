package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Environment is settings of one environment, in whichever pipelines have it.
type Environment struct {
	// Aliases are other words for the environment in commands. Without being written here,
	// `production`, `prod` and `prd` stand for each other, as do `staging` and `stg`, and
	// `development` and `dev`, wherever that is not ambiguous.
	Aliases []string `yaml:"aliases"`
}

// synonyms are the environments that people have several words for.
var synonyms = [][]string{{"production", "prod", "prd"}, {"staging", "stg"}, {"development", "dev"}}

// aliasWord is what can be typed as a word of a command.
var aliasWord = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*$`)

// resolveAliases gives every pipeline the other words for its environments.
func (c *Config) resolveAliases() {
	c.checkEnvironments()
	for i := range c.Pipelines {
		p := &c.Pipelines[i]
		p.Aliases = map[string][]string{}
		taken := map[string]string{} // what a word stands for
		for _, name := range p.Environments {
			taken[name] = name
		}
		for _, name := range p.Environments {
			for j, alias := range c.Environments[name].Aliases {
				at := strictyaml.Path("environments").Key(name).Key("aliases").Index(j)
				switch other, ok := taken[alias]; {
				case alias == "" || ok && other == name:
				case ok && other == alias:
					c.doc.Report(at, fmt.Sprintf("%q is itself an environment of project %s", alias, p.Project), "choose another word")
				case ok:
					c.doc.Report(at, fmt.Sprintf("%q already stands for %s in project %s", alias, other, p.Project), "choose another word")
				default:
					taken[alias] = name
					p.Aliases[name] = append(p.Aliases[name], alias)
				}
			}
		}
		for _, words := range synonyms {
			p.addSynonyms(words, taken)
		}
	}
}

// addSynonyms lets words stand for each other if exactly one of them means anything: a pipeline with
// both prod and production means two things by them.
func (p *Pipeline) addSynonyms(words []string, taken map[string]string) {
	found := ""
	for _, word := range words {
		if !slices.Contains(p.Environments, word) {
			continue
		}
		if found != "" {
			return
		}
		found = word
	}
	if found == "" {
		return
	}
	for _, word := range words {
		if _, ok := taken[word]; !ok {
			p.Aliases[found] = append(p.Aliases[found], word)
		}
	}
}

// checkEnvironments checks the settings of environments by themselves.
func (c *Config) checkEnvironments() {
	known := c.environmentNames()
	for _, name := range sortedNames(c.Environments) {
		path := strictyaml.Path("environments").Key(name)
		for i, alias := range c.Environments[name].Aliases {
			if !aliasWord.MatchString(alias) {
				c.doc.Report(path.Key("aliases").Index(i), "is not a word for a command",
					"use lower-case letters, digits, dots, hyphens and underscores")
			}
		}
		if _, ok := slices.BinarySearch(known, name); ok || len(known) == 0 {
			continue
		}
		fix := "the environments are " + strings.Join(known, ", ")
		if guess, ok := nearest.Word(name, known); ok {
			fix = fmt.Sprintf("did you mean %q?", guess)
		}
		c.doc.Report(path, "no pipeline has such an environment", fix)
	}
}
