package credentials

import (
	"time"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Declaration says which Secrets there are to be, and where their values come from. It stands under `credentials`,
// in a file of its own beside `namespace`, or in the pipeline file.
type Declaration struct {
	// Owner tells what this declaration has made from what another one has. Two that prune each other's Secrets have
	// the same.
	Owner string `yaml:"owner" default:"kargo-secretsync"`
	// Backends that references may name. A reference to another one is refused: whoever can write the declaration
	// can't thereby read what the program could.
	Backends []string `yaml:"backends"`
	// Interval between two looks at the store. Each is up to a tenth longer, at random.
	Interval time.Duration `yaml:"interval" default:"10m"`
	// Timeout of one source in one look.
	Timeout time.Duration `yaml:"timeout" default:"20s"`
	// CreateNamespaces says that a namespace that is missing is made, labelled as Kargo wants a Project's.
	CreateNamespaces bool `yaml:"createNamespaces"`
	// Prune says that a Secret is deleted that this declaration has made and no longer names.
	Prune bool `yaml:"prune"`
	// Check says what is done with values that do not work at the registry or the Git host: off does not try them,
	// warn tells of it, require leaves those in place that are there.
	Check string `yaml:"check" default:"off" enum:"off,warn,require"`
	// FailingAfter is how long a Secret has been failing when people are told: most of what fails is over by then.
	FailingAfter time.Duration `yaml:"failingAfter" default:"2m"`
	// ExpiryWarning is how long before a token expires people are told.
	ExpiryWarning time.Duration `yaml:"expiryWarning" default:"168h"`
	// SharedNamespace is where Kargo looks for what a Project has not got itself: `global.sharedResources.namespace`
	// of its chart.
	SharedNamespace string `yaml:"sharedNamespace" default:"kargo-shared-resources"`
	// Repositories are URLs that Kargo uses beside those that the pipeline file says: of each, it is told which
	// credential Kargo takes.
	Repositories []Repository `yaml:"repositories"`
	// Secrets are the credentials.
	Secrets []Credential `yaml:"secrets" required:"true"`
}

// Repository is something that Kargo needs credentials for.
type Repository struct {
	// Type is what it has: a Git repository, images, or Helm charts.
	Type Type `yaml:"type" required:"true" enum:"git,image,helm"`
	// URL is its URL, or the name of a repository of images.
	URL string `yaml:"url" required:"true" example:"quay.io/acme/red"`
	// Namespace of the Project that uses it; the declaration's own if empty.
	Namespace string `yaml:"namespace"`
}

// Type is Kargo's kind of a credential: the value of its label.
type Type string

// The types.
const (
	TypeGit     Type = "git"
	TypeImage   Type = "image"
	TypeHelm    Type = "helm"
	TypeGeneric Type = "generic"
)

// Credential is one Secret, in each of its namespaces. Exactly one of `password`, `githubApp`, `sshPrivateKey`, `aws`,
// `gcp` and `data` says what it consists of.
type Credential struct {
	// Name of the Secret. Of several that match a repository, Kargo takes the first by name.
	Name string `yaml:"name" required:"true" example:"github-creds"`
	// Namespaces with the Secret; the declaration's own if empty.
	Namespaces strictyaml.OneOrMore `yaml:"namespaces"`
	// Type is what it is for: Git repositories, images, Helm charts, or anything else (generic).
	Type Type `yaml:"type" required:"true" enum:"git,image,helm,generic"`
	// RepoURL is the only repository that the credential is for.
	RepoURL string `yaml:"repoURL"`
	// RepoURLRegex is a regular expression (Go's syntax) of the repositories that the credential is for, in place of
	// `repoURL`.
	RepoURLRegex string `yaml:"repoURLRegex"`
	// Username is written out, or a reference.
	Username string `yaml:"username"`
	// Password is a reference to a password or a token.
	Password string `yaml:"password"`
	// GitHubApp is an installation of a GitHub App, whose tokens Kargo gets by itself.
	GitHubApp *GitHubApp `yaml:"githubApp"`
	// SSHPrivateKey is a reference to a private key for Git over SSH.
	SSHPrivateKey string `yaml:"sshPrivateKey"`
	// AWS is an access key for Elastic Container Registry, whose tokens Kargo gets by itself.
	AWS *AWS `yaml:"aws"`
	// GCP is the key of a service account for Artifact Registry, whose tokens Kargo gets by itself.
	GCP *GCP `yaml:"gcp"`
	// Data of a generic Secret: references by key.
	Data map[string]string `yaml:"data"`
	// Check replaces the declaration's for this credential.
	Check string `yaml:"check" enum:"off,warn,require"`
	// CheckURL is a repository that the credential is tried with, where `repoURLRegex` says none.
	CheckURL string `yaml:"checkURL"`
}

// GitHubApp is an installation of a GitHub App.
type GitHubApp struct {
	// ID of the App, written out, or a reference. GitHub prefers `clientID` by now.
	ID string `yaml:"id"`
	// ClientID is the client ID of the App, in place of `id`, written out, or a reference.
	ClientID string `yaml:"clientID"`
	// Installation is the ID of the installation, written out, or a reference.
	Installation string `yaml:"installation" required:"true"`
	// PrivateKey is a reference to a PEM file's content.
	PrivateKey string `yaml:"privateKey" required:"true"`
	// Scopes restrict what Projects may use: names of repositories by Project.
	Scopes map[string][]string `yaml:"scopes"`
}

// AWS is an access key for Elastic Container Registry.
type AWS struct {
	// Region of the registry, written out, or a reference.
	Region string `yaml:"region" required:"true" example:"eu-west-3"`
	// AccessKeyID is the ID of the access key, written out, or a reference.
	AccessKeyID string `yaml:"accessKeyID" required:"true"`
	// SecretAccessKey is a reference to the access key itself.
	SecretAccessKey string `yaml:"secretAccessKey" required:"true"`
}

// GCP is the key of a service account for Artifact Registry.
type GCP struct {
	// ServiceAccountKey is a reference to the key's JSON. Kargo wants it in base64, which is seen to.
	ServiceAccountKey string `yaml:"serviceAccountKey" required:"true"`
}
