package config

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
	"github.com/davidaparicio/kargo-bot/internal/wording"
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
	f.Add([]byte(`{pipelines: [{project: b, environments: [c]}], slack: {teams: [T1], botToken: {env: A}, signingSecret: {env: B}},
notifications: [{slack: "#a", webhook: [w], on: [failed]}], webhooks: {w: {url: "https://w", secret: {env: W}}}, owners: {"*": {slack: U1}},
channels: {"#a": {quiet: {from: "20:00", to: "08:00", days: [Mon]}, digest: {every: week, on: Mon}}}, templates: {release: {title: "{{.Service}}"}}}`), guide)
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
	checkRouting(t, c)
	for _, p := range c.Identity.People {
		for _, who := range append([]string{p.Username}, p.Groups...) {
			if who == "" || strings.HasPrefix(who, "system:") {
				t.Fatalf("accepted: %+v", p)
			}
		}
	}
}

// checkRouting checks that everybody who is told has a place, and that the times of channels come.
func checkRouting(t *testing.T, c *Config) {
	t.Helper()
	table, now := c.Routing(), time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)
	for _, rule := range table.Rules {
		for _, o := range rule.On {
			if o == "" {
				t.Fatalf("an outcome that there is not: %+v", rule)
			}
		}
		for _, to := range rule.To {
			if _, ok := c.Webhooks[to.Target]; to.Target == "" || to.Sink == route.SinkWebhook && !ok {
				t.Fatalf("nobody to tell: %+v", rule)
			}
		}
		if len(rule.To) == 0 {
			t.Fatalf("a rule for nobody: %+v", rule)
		}
	}
	for name, channel := range table.Channels {
		if end, quiet := channel.Quiet.Until(now); quiet && !end.After(now) || channel.MostNew() < 1 {
			t.Fatalf("channel %s: %+v", name, channel)
		}
		if d := channel.Digest; d != nil {
			if from, until := d.Last(now); !from.Before(until) || !d.Next(now).After(now) {
				t.Fatalf("channel %s: %+v", name, d)
			}
		}
	}
	if _, err := c.Wording().Apply(wording.KindRelease, wording.Data{}, chatops.Card{Title: "own"}); err != nil && len(c.Warnings) == 0 {
		t.Fatalf("a template fails without a warning: %v", err)
	}
}
