package doctor

import (
	"context"
	"errors"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Ports are where checks get what they need from, besides the surveys. The zero value has none of it: then only the
// checks that need nothing more are done, and no call is made.
type Ports struct {
	// Reader reads Kubernetes itself, not a cache, with the rights of whoever asks.
	Reader client.Reader
	// Reviews creates access reviews. It may be nil.
	Reviews client.Writer
	// Person says that it is a person's own credentials that Kubernetes is read with. Else they are the bot's, which
	// must never read Secrets.
	Person bool
	// BotUser is the bot to Kubernetes, where it isn't the bot who asks: "system:serviceaccount:kargo-bot:kargo-bot".
	BotUser string
	// Places says where things are in the cluster.
	Places Places
	// GitHub and Slack are nil if they can't be asked; then WithoutGitHub and WithoutSlack say why.
	GitHub                      GitHub
	Slack                       Slack
	WithoutGitHub, WithoutSlack string
	// Clocks are clocks of others.
	Clocks []Clock
}

// Places says where things are in the cluster.
type Places struct {
	// Kargo is the namespace of Kargo's controller, ArgoCD that of the Applications unless a Stage says another, and
	// Shared the one with credentials for all Projects.
	Kargo, ArgoCD, Shared string
}

// The places of an installation that changes none of the defaults.
const (
	DefaultKargoNamespace  = "kargo"
	DefaultArgoCDNamespace = "argocd"
	DefaultSharedNamespace = "kargo-shared-resources"
)

func (p Places) withDefaults() Places {
	if p.Kargo == "" {
		p.Kargo = DefaultKargoNamespace
	}
	if p.ArgoCD == "" {
		p.ArgoCD = DefaultArgoCDNamespace
	}
	if p.Shared == "" {
		p.Shared = DefaultSharedNamespace
	}
	return p
}

// Clock is somebody else's clock.
type Clock struct {
	// Of says whose it is, for people: "Kubernetes", "Slack".
	Of string
	// Now asks what time it is there, to the second.
	Now func(context.Context) (time.Time, error)
}

// SlackStanding is how the Slack app stands.
type SlackStanding struct {
	// UserName is the bot's: "/invite @<UserName>".
	UserName string
	// Missing are scopes that the bot needs and does not have.
	Missing []string
	// Absent are channels of the configuration that the bot is not in, and Unknown those that it can't see.
	Absent, Unknown []string
	// ChannelsUnread says that not all channels could be read, so that Unknown is not known.
	ChannelsUnread bool
}

// Unlooked is an error with the words for people: why something could not be looked at, and what to do about that.
type Unlooked string

// Error implements error.
func (u Unlooked) Error() string { return string(u) }

// words returns what is said to people of an error.
func words(of string, err error) string {
	if unlooked, ok := errors.AsType[Unlooked](err); ok {
		return string(unlooked)
	}
	return of + " did not answer. Try again."
}

// Slack tells how the Slack app stands. An error for people is an Unlooked.
type Slack interface {
	Standing(ctx context.Context) (SlackStanding, error)
}

// GitHubStanding is how the GitHub App stands.
type GitHubStanding struct {
	// App is its name in URLs.
	App string
	// Settings is the address of its page with permissions and events.
	Settings string
	// Permissions and Events are what it lacks, as in "issues: write".
	Permissions, Events []string
	// Behind has, by the account that it is installed on, the permissions that somebody there has to accept yet.
	Behind map[string][]string
	// Installed says whether it is installed anywhere.
	Installed bool
}

// Undelivered is webhooks that GitHub could not deliver.
type Undelivered struct {
	// Count is how many events were not delivered, repeated attempts not counted; More says that there are more.
	Count int
	More  bool
	// Last is when the last one failed, and Status what came back then: "502", "timed out".
	Last   time.Time
	Status string
	// IDs are those to be delivered again, the newest first, no more than a hundred.
	IDs []int64
}

// GitHub tells how the GitHub App stands. An error for people is an Unlooked.
type GitHub interface {
	Standing(ctx context.Context) (GitHubStanding, error)
	// Undelivered returns the events since then that were not delivered at the last attempt.
	Undelivered(ctx context.Context, since time.Time) (Undelivered, error)
}
