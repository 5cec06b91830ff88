package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// smallest configures as little as possible.
const smallest = `
pipelines: [{project: billing, environments: [dev]}]
slack:
  teams: [T01]
  botToken: {env: SLACK_BOT_TOKEN}
  signingSecret: {env: SLACK_SIGNING_SECRET}
`

// parse returns the configuration of a file in the folder of the example.
func parse(t *testing.T, data string) *config.Config {
	t.Helper()
	c, err := config.Parse(filepath.Join("..", "..", "examples", "color", "kargo-bot.yaml"), []byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseDefaults(t *testing.T) {
	got := parse(t, smallest)
	want := &config.Config{
		Pipelines: []config.Pipeline{{
			Project: "billing", Namespace: "billing", Stages: "{service}-{environment}",
			Environments: []string{"dev"}, Aliases: map[string][]string{"dev": {"development"}},
		}},
		Kargo: config.Kargo{Namespace: "kargo", ArgoCDNamespace: "argocd", SharedNamespace: "kargo-shared-resources"},
		Slack: &config.Slack{
			URL: "https://slack.com/api/", Teams: []string{"T01"},
			BotToken:       secret.Source{Env: "SLACK_BOT_TOKEN"},
			SigningSecret:  secret.Source{Env: "SLACK_SIGNING_SECRET"},
			SigningSecrets: []secret.Source{{Env: "SLACK_SIGNING_SECRET"}},
		},
		Identity: config.Identity{
			Slack:      config.SlackIdentity{Username: "{email}", Groups: "slack:{usergroup}"},
			GitHub:     config.GitHubIdentity{Username: "github:{login}", Groups: "github:{org}:{team}"},
			KargoRoles: true,
		},
		Releases:       config.Releases{Prereleases: "announce", AwaitImage: 30 * time.Minute, Retention: 90 * 24 * time.Hour},
		Shipments:      config.Shipments{Retention: 90 * 24 * time.Hour},
		Server:         config.Server{Listen: ":8080", Admin: ":9090", GracePeriod: 25 * time.Second},
		LeaderElection: config.LeaderElection{Enabled: true, Name: "kargo-bot", LeaseDuration: 15 * time.Second},
		Log:            config.Log{Level: "info"},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(config.Config{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParsePipelines(t *testing.T) {
	got := parse(t, `
pipelines:
- {file: kargo/config.yaml}
- {project: billing, namespace: money, stages: "stage-{environment}.{service}", environments: [dev, prod], services: [api]}
environments:
  production: {aliases: [live, production]}
  prod: {aliases: [live]}
`+strings.TrimPrefix(smallest, "\npipelines: [{project: billing, environments: [dev]}]\n"))
	want := []config.Pipeline{{
		File: "kargo/config.yaml", Project: "microsvcs", Namespace: "microsvcs", Stages: "{service}-{environment}",
		Environments: []string{"development", "staging", "production"},
		Services:     []string{"red", "blue", "green", "yellow", "git-sync"},
		GitURL:       "https://github.com/davidaparicio/microsvcs.git",
		Overlays: &config.Overlays{
			GitURL: "https://github.com/davidaparicio/microsvcs.git", Branch: "main",
			Path: "k8s/overlays/{environment}/{service}", Image: "quay.io/davidaparicio/app",
		},
		Aliases: map[string][]string{"development": {"dev"}, "staging": {"stg"}, "production": {"live", "prod", "prd"}},
	}, {
		Project: "billing", Namespace: "money", Stages: "stage-{environment}.{service}",
		Environments: []string{"dev", "prod"},
		Services:     []string{"api"},
		Aliases:      map[string][]string{"dev": {"development"}, "prod": {"live", "production", "prd"}},
	}}
	if diff := cmp.Diff(want, got.Pipelines); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestBuiltInAliasesGiveWay(t *testing.T) {
	for _, test := range []struct {
		name, environments, settings string
		want                         map[string][]string
	}{
		{"both words mean something", "[prod, production, stg]", "{}", map[string][]string{"stg": {"staging"}}},
		{"the word is an alias of another", "[blue, production]", "{blue: {aliases: [prod]}}",
			map[string][]string{"blue": {"prod"}, "production": {"prd"}}},
		{"nothing to stand for", "[eu, us]", "{}", map[string][]string{}},
	} {
		data := strings.Replace(smallest, "[dev]", test.environments, 1) + "environments: " + test.settings + "\n"
		if diff := cmp.Diff(test.want, parse(t, data).Pipelines[0].Aliases); diff != "" {
			t.Errorf("%s (-want +got)\n%s", test.name, diff)
		}
	}
}

func TestParseNormalizes(t *testing.T) {
	got := parse(t, smallest+`
  url: http://127.0.0.1:3000/api
github:
  url: https://github.acme.dev/api/v3
  app: {id: 12345, privateKey: {file: key.pem}}
  webhookSecrets: [{file: old}, {file: new}]
  teams: [acme/web]
identity:
  people:
  - {slack: U42, github: octocat, username: octocat@acme.dev}
  - {slack: T01/W43, username: hubot@acme.dev, groups: [acme:bots], email: hubot@acme.dev}
`)
	if got.Slack.URL != "http://127.0.0.1:3000/api/" || got.GitHub.URL != "https://github.acme.dev/api/v3/" {
		t.Errorf("URLs: %s, %s", got.Slack.URL, got.GitHub.URL)
	}
	if a, b := got.Identity.People[0].Slack, got.Identity.People[1].Slack; a != "T01/U42" || b != "T01/W43" {
		t.Errorf("people: %s, %s", a, b)
	}
	if len(got.Warnings) > 0 {
		t.Errorf("warnings: %v", got.Warnings)
	}
}

func TestParseTakesEmptyPatterns(t *testing.T) {
	got := parse(t, smallest+"identity: {slack: {username: '', groups: ''}, github: {username: '', groups: ''}, kargoRoles: false}\n")
	if diff := cmp.Diff(config.Identity{}, got.Identity); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestParseWarnsOfTokensInTheClear(t *testing.T) {
	for url, want := range map[string]string{
		"http://slack.acme.dev/api/": "config.yaml:7:8: slack.url: sends tokens over the network in the clear; use https",
		"http://localhost:3000/api/": "",
		"http://[::1]:3000/api/":     "",
	} {
		c, err := config.Parse("config.yaml", []byte(smallest+"  url: "+url+"\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Warnings.Error(); got != want {
			t.Errorf("%s warns %q, want %q", url, got, want)
		}
	}
}

func TestLoadReadsPipelinesBesideTheFile(t *testing.T) {
	dir := t.TempDir()
	guide, err := os.ReadFile(filepath.Join("..", "..", "examples", "color", "kargo", "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	absolute := filepath.Join(t.TempDir(), "other.yaml")
	for path, content := range map[string]string{
		filepath.Join(dir, "pipeline.yaml"): string(guide),
		absolute:                            strings.Replace(string(guide), "project: microsvcs", "project: other", 1),
		filepath.Join(dir, "config.yaml"): strings.Replace(smallest, "[{project: billing, environments: [dev]}]",
			"[{file: pipeline.yaml}, {file: "+absolute+"}]", 1),
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(filepath.Join(dir, "config.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if a, b := c.Pipelines[0].Project, c.Pipelines[1].Project; a != "microsvcs" || b != "other" {
		t.Errorf("projects %s and %s", a, b)
	}
}

// TestWithoutASurfaceItIsForTheTerminal: `bot serve` refuses what `bot run` can use.
func TestWithoutASurfaceItIsForTheTerminal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("pipelines: [{project: billing, environments: [dev]}]\nkargo: {url: https://kargo.acme.dev}\n")
	if _, err := config.Load(path); err == nil || !strings.Contains(err.Error(), "neither slack nor github") {
		t.Errorf("Load answers %v", err)
	}
	c, err := config.LoadForTerminal(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Pipelines) != 1 || c.Pipelines[0].Namespace != "billing" || c.Kargo.URL != "https://kargo.acme.dev" {
		t.Errorf("%+v", c)
	}
	write("pipelines: [{project: billing, environments: [dev]}]\nslack: {}\n")
	if _, err := config.LoadForTerminal(path); err == nil || !strings.Contains(err.Error(), "slack.teams") {
		t.Errorf("a surface that is configured wrongly is answered with %v", err)
	}
}
