package config

import (
	"github.com/davidaparicio/kargo-bot/internal/manifests"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Overlays says where the kustomize overlays are that promotions change.
type Overlays struct {
	// Repo is the repository on GitHub, as in `acme/microsvcs`.
	Repo string `yaml:"repo" required:"true" example:"acme/microsvcs"`
	// Branch is the branch that promotions start from.
	Branch string `yaml:"branch" default:"main"`
	// Path is the folder of a service's overlay for an environment.
	Path string `yaml:"path" default:"k8s/overlays/{environment}/{service}"`
	// Image is the name of the image in the manifests, which a promotion replaces. Default: the
	// repository of the Freight's image.
	Image string `yaml:"image"`

	// GitURL is the repository's URL, where it was written so in a pipeline file.
	GitURL string `yaml:"-"`
}

// overlaysOf returns where the overlays of a pipeline file are, nil if it does not say, or has Helm charts in their place.
// Where one service or one environment has them elsewhere, it does not know.
func overlaysOf(m *manifests.Pipeline) *Overlays {
	promotion := m.Promotion
	if promotion == nil {
		promotion = &manifests.Promotion{}
	}
	if m.GitRepo == "" || m.KustomizeBasePath == "" && promotion.Path == "" || promotion.Helm != nil {
		return nil
	}
	return &Overlays{GitURL: m.GitRepo, Branch: m.GitBranch, Path: m.PathPattern(promotion), Image: m.PlaceImage(promotion)}
}

func (o *Overlays) validate(c *Config, at strictyaml.Path) {
	if c.doc.Has(at.Key("repo")) && !repoTemplate.MatchString(o.Repo) {
		c.doc.Report(at.Key("repo"), "is not a repository", "write owner/name, as in the address of its page")
	}
	if !plainPath.MatchString(o.Path) {
		c.doc.Report(at.Key("path"), "is not a folder of the repository", "write one such as k8s/overlays/{environment}/{service}")
	}
	c.checkPlaceholders(at.Key("path"), o.Path, []string{"service", "environment"})
	c.checkPlaceholders(at.Key("image"), o.Image, []string{"service"})
	if o.Branch == "" {
		c.doc.Report(at.Key("branch"), "is empty", "write the branch's name, or remove the line")
	}
}
