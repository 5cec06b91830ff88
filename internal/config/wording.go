package config

import (
	"errors"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
	"github.com/davidaparicio/kargo-bot/internal/wording"
)

// Templates are texts of messages in other words than the bot's own.
type Templates struct {
	// Release is for the message about a release.
	Release *Template `yaml:"release"`
	// Promotion is for the message about a promotion.
	Promotion *Template `yaml:"promotion"`
	// Alert is for what is said when something went wrong, and when that is over.
	Alert *Template `yaml:"alert"`
	// Credential is for what is said about a credential, also when it went wrong.
	Credential *Template `yaml:"credential"`
	// Digest is for the message that sums up a day or a week.
	Digest *TitleTemplate `yaml:"digest"`
}

// Template is the text of a message.
type Template struct {
	// Title is the first line, in Go's text/template.
	Title string `yaml:"title"`
	// Lines are the lines below it, at most 10, in place of the bot's own.
	Lines []string `yaml:"lines"`
}

// TitleTemplate is the title of a message.
type TitleTemplate struct {
	// Title is the first line, in Go's text/template.
	Title string `yaml:"title" required:"true" example:"Shipped {{.Period}}"`
}

// Wording returns what cards say in other words. Of templates that can't be used there are warnings.
func (c *Config) Wording() *wording.Templates {
	templates, _ := wording.Parse(c.Templates.sources())
	return templates
}

// sources returns the templates that there are.
func (t *Templates) sources() map[string]wording.Source {
	all := map[string]wording.Source{}
	for kind, template := range map[string]*Template{
		wording.KindRelease: t.Release, wording.KindPromotion: t.Promotion, wording.KindAlert: t.Alert,
		wording.KindCredential: t.Credential,
	} {
		if template != nil {
			all[kind] = wording.Source{Title: template.Title, Lines: template.Lines}
		}
	}
	if t.Digest != nil {
		all[wording.KindDigest] = wording.Source{Title: t.Digest.Title}
	}
	return all
}

// validate warns of templates that can't be used: what they are for is said all the same.
func (t *Templates) validate(c *Config) {
	_, wrong := wording.Parse(t.sources())
	for _, err := range wrong {
		problem, ok := errors.AsType[*wording.Problem](err)
		if !ok {
			continue
		}
		path := strictyaml.Path("templates").Key(problem.Kind)
		if problem.Line < 0 {
			path = path.Key("title")
		} else {
			path = path.Key("lines").Index(problem.Line)
		}
		fix := "until then, the bot's own words stand"
		if problem.Fix != "" {
			fix = fmt.Sprintf("%s (%s)", problem.Fix, fix)
		}
		c.warn(path, problem.What(), fix)
	}
}
