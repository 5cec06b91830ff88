package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// FuzzParse feeds the parser with configurations and pipeline files. What it accepts must be safe to
// run with.
func FuzzParse(f *testing.F) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	seeds, err := filepath.Glob(filepath.Join("testdata", "wrong", "*.yaml"))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, seed := range seeds {
		data, err := os.ReadFile(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data, guide)
	}
	f.Add([]byte(`{pipelines: [{file: a}, {project: b, environments: [c]}], slack: {teams: [T1], botToken: {env: A}, signingSecret: {env: B}}}`), guide)
	f.Fuzz(func(t *testing.T, data, pipeline []byte) {
		c, err := parse("config.yaml", data, func(string) ([]byte, error) { return pipeline, nil }, (*Config).needSurface)
		if err != nil {
			var problems strictyaml.Problems
			if !errors.As(err, &problems) || err.Error() == "" {
				t.Fatalf("an odd error: %v", err)
			}
			return
		}
		checkSafe(t, c)
	})
}

// checkSafe checks what everything else relies on.
func checkSafe(t *testing.T, c *Config) {
	t.Helper()
	name := regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	if c.Slack == nil && c.GitHub == nil || len(c.Pipelines) == 0 || c.Shipments.Retention < shortestRetention || c.Server.GracePeriod <= 0 {
		t.Fatalf("accepted: %+v", c)
	}
	if c.GitHub != nil && (len(c.GitHub.WebhookSecrets) < 1 || len(c.GitHub.WebhookSecrets) > 2 || c.GitHub.App.ID <= 0) {
		t.Fatalf("accepted: %+v", c.GitHub)
	}
	if c.Slack != nil && (len(c.Slack.SigningSecrets) < 1 || len(c.Slack.SigningSecrets) > 2 || len(c.Slack.Teams) == 0) {
		t.Fatalf("accepted: %+v", c.Slack)
	}
	for _, p := range c.Pipelines {
		if !name.MatchString(p.Project) || !name.MatchString(p.Namespace) || len(p.Environments) == 0 ||
			strings.Count(p.Stages, "{service}") != 1 || strings.Count(p.Stages, "{environment}") != 1 {
			t.Fatalf("accepted: %+v", p)
		}
		words := map[string]bool{}
		for _, e := range p.Environments {
			for _, word := range append([]string{e}, p.Aliases[e]...) {
				if words[word] {
					t.Fatalf("%q is ambiguous: %+v", word, p)
				}
				words[word] = true
			}
		}
	}
	for _, p := range c.Identity.People {
		for _, who := range append([]string{p.Username}, p.Groups...) {
			if who == "" || strings.HasPrefix(who, "system:") {
				t.Fatalf("accepted: %+v", p)
			}
		}
	}
}
