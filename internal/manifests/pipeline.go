// Package manifests knows the pipeline file of the deployment guide, kargo/config.yaml: one Kargo
// Project, its services, and the environments that each of them goes through. The file is the
// single source of truth. This package reads it and says what is wrong with it; it must never
// correct the file or guess what it leaves out.
package manifests

import (
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Pipeline is the content of a pipeline file.
type Pipeline struct {
	// Project is the name of the Kargo Project.
	Project string `yaml:"project" required:"true" example:"microsvcs"`
	// Namespace is the namespace of the Project's resources: the project's name, if left out.
	Namespace string `yaml:"namespace"`
	// GitRepo is the URL of the Git repository that promotions commit to.
	GitRepo string `yaml:"gitRepo"`
	// GitBranch is the branch that promotions commit to.
	GitBranch string `yaml:"gitBranch" default:"main"`
	// DockerRegistry is where the images are: registry and organization, before the service's name.
	DockerRegistry string `yaml:"dockerRegistry"`
	// KustomizeBasePath is the folder in the Git repository with one overlay per environment.
	KustomizeBasePath string `yaml:"kustomizeBasePath"`
	// Services are the names of the services.
	Services []string `yaml:"services" required:"true" example:"[red, blue]"`
	// Environments are in the order in which Freight passes them.
	Environments []Environment `yaml:"environments" required:"true"`
	// Credentials says which Secrets Kargo is to find, and where their values come from: see internal/credentials.
	Credentials *credentials.Declaration `yaml:"credentials"`
	// CredentialWarnings are about what is allowed in Credentials and probably not meant.
	CredentialWarnings strictyaml.Problems `yaml:"-"`
}

// Environment is a place that every service is promoted to.
type Environment struct {
	// Name of the environment.
	Name string `yaml:"name" required:"true" example:"staging"`
	// AutoPromote says whether Kargo promotes new Freight by itself.
	AutoPromote bool `yaml:"autoPromote"`
	// Warehouse says how artifacts are discovered for this environment. Without it, Freight comes
	// from the environment before.
	Warehouse *Warehouse `yaml:"warehouse"`
}

// Warehouse says which images become Freight.
type Warehouse struct {
	// ImageTagPattern is a regular expression (Go's syntax) that tags must match.
	ImageTagPattern string `yaml:"imageTagPattern"`
	// SemverConstraint is a range of semantic versions, such as ">=1.2.0".
	SemverConstraint string `yaml:"semverConstraint"`
	// ImageSelectionStrategy says which image is the newest.
	ImageSelectionStrategy string `yaml:"imageSelectionStrategy" default:"SemVer" enum:"SemVer,NewestBuild,Lexical,Digest"`
	// DiscoveryLimit is how many images are looked at, from 1 to 100. 0 leaves it to Kargo, which
	// looks at 20.
	DiscoveryLimit int `yaml:"discoveryLimit"`
}

// StagePattern is how the guide names the Stage of a service in an environment.
const StagePattern = "{service}-{environment}"

// StageName returns the name of the Stage of a service in an environment.
func StageName(service, environment string) string { return service + "-" + environment }

// Load reads a pipeline file. The error is a strictyaml.Problem if it can't be read, and
// strictyaml.Problems if its content is wrong.
func Load(path string) (*Pipeline, error) {
	data, err := strictyaml.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, data)
}

// Parse reads the content of the named pipeline file. The error is strictyaml.Problems.
func Parse(file string, data []byte) (*Pipeline, error) {
	var p Pipeline
	doc := strictyaml.Decode(file, data, &p)
	if p.Namespace == "" {
		p.Namespace = p.Project
	}
	p.validate(doc)
	if p.Credentials != nil {
		p.CredentialWarnings = p.Credentials.Validate(doc, "credentials", p.Namespace)
	}
	if err := doc.Problems().Err(); err != nil {
		return nil, err
	}
	return &p, nil
}
