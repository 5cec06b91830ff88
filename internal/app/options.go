package app

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// Options say what the bot serves and how. Command-line and file formats are not its business: see
// FromConfig.
type Options struct {
	Cluster   Cluster
	Election  LeaderElection
	Pipelines []kargo.Pipeline
	// KargoURL is the base URL of Kargo's UI, for links. It may be empty.
	KargoURL string
	// Slack and GitHub are the surfaces; at least one is set.
	Slack  *SlackOptions
	GitHub *GitHubOptions
	// People are mapped to Kubernetes outright.
	People []access.Person
	// KargoRoles says whether people may also do what their Kargo roles may.
	KargoRoles bool
	// Retention is how long finished Shipments are kept; 0 keeps them for good.
	Retention time.Duration
	// Listen and Admin are the addresses of the webhooks and of health and metrics.
	Listen, Admin string
	// GracePeriod bounds the time from the order to stop to the end.
	GracePeriod time.Duration
	// Now is the clock.
	Now func() time.Time
	Log *slog.Logger
	// Registry takes the bot's own metrics. Default: a new one. Those of the process and of the work
	// queues, which controller-runtime keeps, are served beside them.
	Registry *prometheus.Registry
}

// SlackOptions connect the bot to Slack.
type SlackOptions struct {
	URL            string
	BotToken       secret.Text
	SigningSecrets []secret.Text
	// Teams are the IDs of the workspaces that are served.
	Teams []string
	// AppID is the app that requests must be for; empty for any with the signing secret.
	AppID     string
	Templates access.Templates
}

// GitHubOptions connect the bot to GitHub.
type GitHubOptions struct {
	URL            string
	AppID          int64
	PrivateKey     secret.Text
	WebhookSecrets []secret.Text
	// Teams are those whose members get groups, as "org/slug".
	Teams     []string
	Templates access.Templates
}
