package manifests

import "time"

// Service is one service: its name, or a mapping where it differs from the others.
type Service struct {
	// Name of the service.
	Name string `yaml:"name" required:"true" example:"red"`
	// Image is the repository of the service's image. Default: `dockerRegistry`, a slash and the name.
	Image string `yaml:"image"`
	// Images are the repositories, if the service has more than one image.
	Images []Image `yaml:"images"`
	// Charts are Helm charts that become part of the service's Freight.
	Charts []Chart `yaml:"charts"`
	// Promotion says what differs in how this service is promoted.
	Promotion *Promotion `yaml:"promotion"`
	// Environments say, by the name of an environment, what differs there for this service.
	Environments map[string]Override `yaml:"environments"`
}

// ShorthandYAML implements strictyaml.Shorthand: `red` is `{name: red}`.
func (Service) ShorthandYAML() string { return "name" }

// Image is one of several images of a service.
type Image struct {
	// Repository of the image, without a tag.
	Repository string `yaml:"repository" required:"true" example:"quay.io/acme/red"`
	// Replaces is the image's name in the manifests, which a promotion replaces. Default: what `promotion.image`
	// says for the first image, and the repository itself for the others.
	Replaces string `yaml:"replaces"`
	// TagKey is where the tag stands in the values of a Helm chart, such as sidecar.image.tag. Default: what
	// `promotion.helm` says; needed for the second image and those behind it.
	TagKey string `yaml:"tagKey"`
	// Warehouse says which of its tags are taken, if they are not tagged as the environment's Warehouse has it.
	Warehouse *ImageTags `yaml:"warehouse"`
}

// ImageTags says which images of a repository become Freight.
type ImageTags struct {
	// ImageTagPattern is a regular expression (Go's syntax) that tags must match.
	ImageTagPattern string `yaml:"imageTagPattern"`
	// SemverConstraint is a range of semantic versions, such as ">=1.2.0"; with the strategy Digest, the one tag that
	// is followed, such as latest.
	SemverConstraint string `yaml:"semverConstraint"`
	// ImageSelectionStrategy says which image is the newest.
	ImageSelectionStrategy string `yaml:"imageSelectionStrategy" default:"SemVer" enum:"SemVer,NewestBuild,Lexical,Digest"`
}

// Chart is a Helm chart that the chart in the Git repository depends on.
type Chart struct {
	// Repository is a URL: of an OCI repository with the chart's name at its end (oci://ghcr.io/acme/charts/red),
	// or of a classic repository (https://…), which needs `name`.
	Repository string `yaml:"repository" required:"true" example:"oci://ghcr.io/acme/charts/red"`
	// Name of the chart in a classic repository.
	Name string `yaml:"name"`
	// SemverConstraint is a range of semantic versions, such as ">=1.2.0".
	SemverConstraint string `yaml:"semverConstraint"`
}

// Override is what differs for one service in one environment.
type Override struct {
	// AutoPromote says whether Kargo promotes new Freight by itself.
	AutoPromote *bool `yaml:"autoPromote"`
	// Warehouse replaces that of the environment as a whole.
	Warehouse *Warehouse `yaml:"warehouse"`
	// RequiredSoakTime is how long Freight has to be in the environment that it comes from.
	RequiredSoakTime *time.Duration `yaml:"requiredSoakTime"`
	// Verification replaces that of the environment as a whole.
	Verification *Verification `yaml:"verification"`
	// Promotion says what differs in how the service is promoted there.
	Promotion *Promotion `yaml:"promotion"`
}

// Verification is what Kargo runs after a promotion: Argo Rollouts' AnalysisTemplates, which are made elsewhere.
type Verification struct {
	// AnalysisTemplates are their names, in the Project's namespace.
	AnalysisTemplates []string `yaml:"analysisTemplates"`
	// ClusterAnalysisTemplates are the names of those of the whole cluster.
	ClusterAnalysisTemplates []string `yaml:"clusterAnalysisTemplates"`
	// Args are their arguments.
	Args map[string]string `yaml:"args"`
}

// ServiceNames returns the names of the services, in the order of the file.
func (p *Pipeline) ServiceNames() []string {
	names := make([]string, len(p.Services))
	for i := range p.Services {
		names[i] = p.Services[i].Name
	}
	return names
}
