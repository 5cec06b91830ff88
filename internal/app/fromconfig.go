package app

import (
	"log/slog"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/config"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// FromConfig returns the Options that a configuration and its secrets say.
func FromConfig(c *config.Config, secrets config.Secrets, cluster Cluster, log *slog.Logger) Options {
	o := Options{
		Cluster:     cluster,
		Election:    election(c.LeaderElection),
		Pipelines:   pipelines(c.Pipelines),
		KargoURL:    c.Kargo.URL,
		Places:      Places(c),
		Announce:    announceOptions(c, secrets),
		People:      people(c.Identity.People),
		KargoRoles:  c.Identity.KargoRoles,
		Retention:   c.Shipments.Retention,
		Listen:      c.Server.Listen,
		Admin:       c.Server.Admin,
		GracePeriod: c.Server.GracePeriod,
		Now:         time.Now,
		Log:         log,
	}
	if c.Slack != nil {
		o.Slack = &SlackOptions{
			URL: c.Slack.URL, BotToken: secrets.Slack.BotToken, SigningSecrets: secrets.Slack.Signing,
			Teams: c.Slack.Teams, AppID: c.Slack.App,
			Templates: access.Templates{Username: c.Identity.Slack.Username, Group: c.Identity.Slack.Groups},
		}
	}
	if c.GitHub != nil {
		o.GitHub = &GitHubOptions{
			URL: c.GitHub.URL, AppID: c.GitHub.App.ID, PrivateKey: secrets.GitHub.PrivateKey,
			WebhookSecrets: secrets.GitHub.Webhook, Teams: c.GitHub.Teams,
			Templates: access.Templates{Username: c.Identity.GitHub.Username, Group: c.Identity.GitHub.Groups},
			Code:      code(c), PullRequests: pullRequests(c),
		}
	}
	return o
}

// Places says where things are in the cluster, as a configuration has it.
func Places(c *config.Config) doctor.Places {
	return doctor.Places{Kargo: c.Kargo.Namespace, ArgoCD: c.Kargo.ArgoCDNamespace, Shared: c.Kargo.SharedNamespace}
}

// Parts of the lease's duration within which the leader must renew it, and after which a replica
// looks at it again: the proportions of client-go's defaults (15, 10 and 2 seconds).
const (
	renewPart = 2.0 / 3
	retryPart = 2.0 / 15
)

func election(e config.LeaderElection) LeaderElection {
	lease := e.LeaseDuration
	return LeaderElection{
		Enabled: e.Enabled, Namespace: e.Namespace, Name: e.Name, LeaseDuration: lease,
		RenewDeadline: time.Duration(float64(lease) * renewPart),
		RetryPeriod:   time.Duration(float64(lease) * retryPart),
	}
}

func pipelines(in []config.Pipeline) []kargo.Pipeline {
	out := make([]kargo.Pipeline, len(in))
	for i, p := range in {
		out[i] = kargo.Pipeline{Project: p.Project, Namespace: p.Namespace, StagePattern: p.Stages, Services: p.Services}
		for _, name := range p.Environments {
			out[i].Environments = append(out[i].Environments, kargo.Environment{Name: name, Aliases: p.Aliases[name]})
		}
	}
	return out
}

func people(in []config.Person) []access.Person {
	out := make([]access.Person, len(in))
	for i, p := range in {
		out[i] = access.Person{Slack: p.Slack, GitHub: p.GitHub, Username: p.Username, Groups: p.Groups, Email: p.Email}
	}
	return out
}
