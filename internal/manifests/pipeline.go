// Package manifests knows the pipeline file of the deployment guide, kargo/config.yaml: one Kargo
// Project, its services, and the environments that each of them goes through. The file is the
// single source of truth. This package reads it and says what is wrong with it; it must never
// correct the file or guess what it leaves out.
package manifests

import (
	"time"

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
	// Services are the services: names, or mappings where one differs from the others.
	Services []Service `yaml:"services" required:"true" example:"[red, blue]"`
	// Environments are in the order in which Freight passes them.
	Environments []Environment `yaml:"environments" required:"true"`
	// Promotion says how every service is promoted, where an environment or a service says nothing else.
	Promotion *Promotion `yaml:"promotion"`
	// ArgoCD has an ApplicationSet and an AppProject generated. Without it, there are none.
	ArgoCD *ArgoCD `yaml:"argocd"`
	// Credentials says which Secrets Kargo is to find, and where their values come from: see docs/credentials.md.
	Credentials *credentials.Declaration `yaml:"credentials"`
	// CredentialWarnings are about what is allowed in Credentials and probably not meant.
	CredentialWarnings strictyaml.Problems `yaml:"-"`
}

// Environment is a place that every service is promoted to.
type Environment struct {
	// Name of the environment.
	Name string `yaml:"name" required:"true" example:"staging"`
	// Short is its name in the messages of commits. Default: dev, stg and prd for development, staging and
	// production, and else the name.
	Short string `yaml:"short"`
	// AutoPromote says whether Kargo promotes new Freight by itself.
	AutoPromote bool `yaml:"autoPromote"`
	// Warehouse says how artifacts are discovered for this environment. Without it, Freight comes
	// from the environment before.
	Warehouse *Warehouse `yaml:"warehouse"`
	// From are the environments that Freight comes from, if it is not the one before.
	From strictyaml.OneOrMore `yaml:"from"`
	// Available says in how many of the environments of `from` Freight has to be verified.
	Available string `yaml:"available" default:"OneOf" enum:"All,OneOf"`
	// RequiredSoakTime is how long Freight has to be in the environment that it comes from.
	RequiredSoakTime time.Duration `yaml:"requiredSoakTime"`
	// Verification is what Kargo runs after a promotion.
	Verification *Verification `yaml:"verification"`
	// Promotion says what differs in how services are promoted to this environment.
	Promotion *Promotion `yaml:"promotion"`
}

// Warehouse says which images become Freight.
type Warehouse struct {
	// Name is what the Warehouse is called behind the service's name and a hyphen. Default: releases with the
	// strategy SemVer, and else the short name of the environment. Environments that look for the same may share
	// one.
	Name string `yaml:"name"`
	// ImageTagPattern is a regular expression (Go's syntax) that tags must match.
	ImageTagPattern string `yaml:"imageTagPattern"`
	// SemverConstraint is a range of semantic versions, such as ">=1.2.0"; with the strategy Digest, the one tag that
	// is followed, such as latest.
	SemverConstraint string `yaml:"semverConstraint"`
	// ImageSelectionStrategy says which image is the newest.
	ImageSelectionStrategy string `yaml:"imageSelectionStrategy" default:"SemVer" enum:"SemVer,NewestBuild,Lexical,Digest"`
	// DiscoveryLimit is how many images are looked at, from 1 to 100. 0 leaves it to Kargo, which
	// looks at 20.
	DiscoveryLimit int `yaml:"discoveryLimit"`
	// IgnoreTagPatterns are regular expressions (Go's syntax) of tags that are passed over.
	IgnoreTagPatterns strictyaml.OneOrMore `yaml:"ignoreTagPatterns"`
	// Platform is the one that images have to be for, such as linux/arm64. Default: that of Kargo's controller.
	Platform string `yaml:"platform"`
	// Interval is how long Kargo waits between two looks, if no webhook tells it to look. Default: 5m.
	Interval time.Duration `yaml:"interval"`
}

// The ways in which Kargo finds out which image is the newest.
const (
	StrategySemVer      = "SemVer"
	StrategyNewestBuild = "NewestBuild"
	StrategyLexical     = "Lexical"
	// StrategyDigest follows one tag, which is moved from image to image.
	StrategyDigest = "Digest"
)

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
	return parse(file, data, func(*Pipeline, *strictyaml.Document) {})
}

// ParseComplete reads the content of the named pipeline file as Parse does, and reports what manifests can't be
// generated without: whoever only reads the names of services and environments can do without it.
func ParseComplete(file string, data []byte) (*Pipeline, error) {
	return parse(file, data, (*Pipeline).checkComplete)
}

func parse(file string, data []byte, check func(*Pipeline, *strictyaml.Document)) (*Pipeline, error) {
	var p Pipeline
	doc := strictyaml.Decode(file, data, &p)
	if p.Namespace == "" {
		p.Namespace = p.Project
	}
	p.validate(doc)
	if p.Credentials != nil {
		p.CredentialWarnings = p.Credentials.Validate(doc, "credentials", p.Namespace)
	}
	check(&p, doc)
	if err := doc.Problems().Err(); err != nil {
		return nil, err
	}
	return &p, nil
}
