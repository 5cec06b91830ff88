package app

import (
	"log/slog"
	"regexp"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/announce"
	"github.com/davidaparicio/kargo-bot/internal/contents"
	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	"github.com/davidaparicio/kargo-bot/internal/release"
	"github.com/davidaparicio/kargo-bot/internal/route"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/webhook"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// Options say what the bot serves and how. Command-line and file formats are not its business: see
// FromConfig.
type Options struct {
	Cluster   Cluster
	Election  LeaderElection
	Pipelines []kargo.Pipeline
	// KargoURL is the base URL of Kargo's UI, for links. It may be empty.
	KargoURL string
	// Places says where things are in the cluster, for who looks for what is wrong.
	Places doctor.Places
	// Slack and GitHub are the surfaces; at least one is set.
	Slack  *SlackOptions
	GitHub *GitHubOptions
	// Announce says who is told of what without having asked for it.
	Announce AnnounceOptions
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

// AnnounceOptions say who is told of what without having asked for it. The zero value tells nobody anything.
type AnnounceOptions struct {
	// Table has the rules; nil for none.
	Table *route.Table
	// Wording has other words than the bot's own; nil for none.
	Wording *wording.Templates
	// Webhooks are endpoints by the names that rules have for them.
	Webhooks map[string]webhook.Endpoint
	// Deployments say what GitHub is told of deployments; nil for nothing.
	Deployments *announce.Deployments
	// ReleasePage and Checks say whether releases on GitHub say where they run, and have a check run.
	ReleasePage, Checks bool
	// Prereleases says what becomes of versions with a suffix.
	Prereleases release.Prereleases
	// AwaitImage is after how long a release without an image is overdue; 0 for the default.
	AwaitImage time.Duration
	// Retention is how long Releases, Notices and records of Promotions are kept; 0 keeps them for good.
	Retention time.Duration
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
	// EditInterval is the least time between two edits of a comment that follows a Shipment; 0 for what GitHub's
	// limits ask for. Only a GitHub without limits can do with less.
	EditInterval time.Duration
	// Code says where the code of services is.
	Code CodeOptions
	// PullRequests says what is written on pull requests; nil for nothing.
	PullRequests *PullRequestOptions
}

// CodeOptions say where the code of services is, and what is deployed of it.
type CodeOptions struct {
	// Web is where GitHub's pages are: "https://github.com".
	Web string
	// Source returns where the code of a service is.
	Source func(project, service string) freightdiff.Source
	// Overlay returns where the overlay of a service for an environment is; false if that is not known.
	Overlay func(project, service, environment string) (contents.Overlay, bool)
}

// PullRequestOptions say what is written on pull requests.
type PullRequestOptions struct {
	// Release matches the titles of those that make a release.
	Release *regexp.Regexp
	// Public says that what runs is told on any public repository, and not only on those in Repos.
	Public bool
	// Follow is for how long after it was merged a change is followed.
	Follow time.Duration
	// Repos are further repositories to look at than those with the code of services: where promotions open
	// pull requests.
	Repos []string
}
