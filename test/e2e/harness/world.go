package harness

import (
	"maps"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// World is a test's own project, Slack and GitHub, and a bot that is installed between them.
type World struct {
	*Project
	Slack        *Slack
	GitHub       *GitHub
	Ingress      *Ingress
	Installation *Installation
}

// WorldOptions change what NewWorld makes.
type WorldOptions struct {
	// Config changes the bot's configuration.
	Config func(config map[string]any)
	Slack  func(*slackfake.Config)
	GitHub func(*githubfake.Config)
	// Project is the world's own; a new one, if it is not given.
	Project *Project
	// Projects are served besides it.
	Projects []*Project
	// Pipelines are pipeline files by name.
	Pipelines map[string]string
	// Secrets are files with secrets, besides the usual ones, by name.
	Secrets map[string]string
}

// LeaseDuration is the bots' lease's: long enough for a busy machine, on which a leader that can't renew
// it in time ends, short enough for a test that kills its holder.
const LeaseDuration = "6s"

// NewWorld makes a world. The bot does not run yet: see Start. Octocat, on GitHub too, may promote to
// every Stage of the project.
func (c *Cluster) NewWorld(t testing.TB, o WorldOptions) *World {
	t.Helper()
	w := &World{Project: o.Project, Ingress: NewIngress(t)}
	if w.Project == nil {
		w.Project = c.NewProject(t, "")
	}
	w.Permit(t, OctocatEmail)
	w.Slack = NewSlack(t, w.Ingress, orNothing(o.Slack))
	w.GitHub = NewGitHub(t, w.Ingress, orNothing(o.GitHub))
	config := w.config()
	projects := []string{w.Name}
	for _, p := range o.Projects {
		projects = append(projects, p.Name)
	}
	if o.Config != nil {
		o.Config(config)
	}
	secrets := secretFiles()
	maps.Copy(secrets, o.Secrets)
	w.Installation = c.Install(t, InstallOptions{
		Projects: projects, Config: config, Pipelines: o.Pipelines, Secrets: secrets,
	})
	return w
}

func orNothing[T any](change func(*T)) func(*T) {
	if change == nil {
		return func(*T) {}
	}
	return change
}

// config is the bot's configuration as it stands in the chart's values.
func (w *World) config() map[string]any {
	file := func(name string) map[string]any { return map[string]any{"file": name} }
	return map[string]any{
		"pipelines": []any{map[string]any{"project": w.Name, "environments": []any{"staging", "production"}}},
		"kargo":     map[string]any{"url": "https://kargo.acme.dev"},
		"slack": map[string]any{
			"url": w.Slack.APIURL(), "teams": []any{w.Slack.Config().Workspace.ID}, "app": w.Slack.Config().App.ID,
			"botToken": file("slack-token"), "signingSecret": file("slack-signing-secret"),
		},
		"github": map[string]any{
			"url": w.GitHub.URL(), "app": map[string]any{"id": appID, "privateKey": file("github-key.pem")},
			"webhookSecrets": []any{file("github-webhook-secret")},
		},
		"identity": map[string]any{
			"people": []any{map[string]any{"github": "octocat", "username": OctocatEmail, "email": OctocatEmail}},
		},
		"server":         map[string]any{"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "gracePeriod": "20s"},
		"leaderElection": map[string]any{"leaseDuration": LeaseDuration},
		"log":            map[string]any{"level": "debug"},
	}
}

// Start starts the bot and leads requests to it.
func (w *World) Start(t testing.TB) *Bot {
	t.Helper()
	b := w.Installation.Start(t)
	w.Ingress.Lead(t, b)
	return b
}
