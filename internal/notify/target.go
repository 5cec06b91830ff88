package notify

import (
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// Target is where a message goes. Exactly one member is set, and says which kind of Sink understands it.
type Target struct {
	// Origin is where a command was typed.
	v1alpha1.Origin
	// Channel is a channel or a person in Slack that is told of what nobody there has asked for.
	Channel *Channel
	// Deployment is a deployment on GitHub.
	Deployment *Deployment
	// ReleasePage is the page of a release on GitHub.
	ReleasePage *ReleasePage
	// Check is a check run on GitHub.
	Check *Check
	// Webhook is a plain outgoing webhook.
	Webhook *Webhook
}

// Channel is a channel or a person in Slack.
type Channel struct {
	// Name is "#deploys" or "C7" for a channel, and "U42" for the direct messages with a person.
	Name string
}

// Deployment is a deployment on GitHub. The Card's state becomes that of the deployment, its title the
// description, and its first link the place of the log.
type Deployment struct {
	// Repo is "owner/name", and Commit a full hash.
	Repo, Commit string
	// Environment is GitHub's name for where it goes, and Service is what goes there.
	Environment, Service string
	// Production says that users see it.
	Production bool
	// Replaced is set once something else was deployed there: the deployment is inactive then, if it had
	// succeeded.
	Replaced bool
}

// ReleasePage is the page of a release on GitHub, of which a section is kept up to date for a service: one tag may
// release several.
type ReleasePage struct {
	// Repo is "owner/name".
	Repo, Tag, Service string
}

// Check is a check run on a commit on GitHub. The Card's state becomes its conclusion.
type Check struct {
	// Repo is "owner/name", and Commit a full hash.
	Repo, Commit string
	// Name is what people see it as: "red 3.2.0".
	Name string
}

// Webhook is an outgoing webhook.
type Webhook struct {
	// Name is that of the endpoint in the configuration.
	Name string
	// Event is what is sent.
	Event Event
}

// Event is something that happened, as programs are told it. The names of its fields are for others to rely on.
type Event struct {
	// ID tells the event from all others, and is the same in every attempt to send it.
	ID string `json:"id"`
	// Outcome is one of v1alpha1.Outcomes.
	Outcome v1alpha1.Outcome `json:"outcome"`
	At      time.Time        `json:"at"`
	Project string           `json:"project"`
	// Service and what follows it are left out of what is about a credential, and Secret and what follows it of all
	// else.
	Service     string `json:"service,omitempty"`
	Environment string `json:"environment,omitempty"`
	Stage       string `json:"stage,omitempty"`
	Version     string `json:"version,omitempty"`
	FromVersion string `json:"fromVersion,omitempty"`
	Freight     string `json:"freight,omitempty"`
	Promotion   string `json:"promotion,omitempty"`
	// By is who asked for it; empty if Kargo promoted by itself.
	By      string `json:"by,omitempty"`
	Message string `json:"message,omitempty"`
	Repo    string `json:"repo,omitempty"`
	Commit  string `json:"commit,omitempty"`
	URL     string `json:"url,omitempty"`
	// Secret is the Secret that a credential is in, CredentialType what it is for: git, image, helm or generic.
	Secret          string `json:"secret,omitempty"`
	SecretNamespace string `json:"secretNamespace,omitempty"`
	CredentialType  string `json:"credentialType,omitempty"`
	// Expires is when the credential expires, where that is known.
	Expires *time.Time `json:"expires,omitempty"`
}
