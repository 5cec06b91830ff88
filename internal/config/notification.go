package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/nearest"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Notification is a rule of who is told of what, without having asked for it.
type Notification struct {
	// Services are patterns of services: `red`, `web-*`, `billing/api` where several projects have one. Credentials are
	// told only where it is all of a project: `*`, `billing/*`. Default: all.
	Services []string `yaml:"services"`
	// Environments are the names of environments. What is about none, such as `released`, is told of the services
	// that have one of them. Default: all.
	Environments []string `yaml:"environments"`
	// On are the outcomes that are told. Default: all but `started` and `credentialRotated`.
	On []string `yaml:"on" enum:"released,overdue,waiting,started,succeeded,failed,aborted,rolledBack,verificationFailed,degraded,recovered,credentialRotated,credentialFailing,credentialRecovered,credentialExpiring"`
	// Builds is whether all of that is told of what is no release, too, such as `sha-4f2c1aa`. Otherwise it is told of
	// those only if something goes wrong with them, and when that is over.
	Builds bool `yaml:"builds"`
	// Slack is who is told in Slack, one or a list: `#deploys` or the ID of a channel, or the ID of a person. The bot
	// has to be in the channel.
	Slack strictyaml.OneOrMore `yaml:"slack"`
	// Webhook is which of `webhooks` is called, one or a list.
	Webhook strictyaml.OneOrMore `yaml:"webhook"`
}

var (
	channelName = regexp.MustCompile(`^#[\p{Ll}\p{Lo}\p{Lm}\p{M}\p{N}_-]{1,80}$`)
	// slackPlace is the ID of a channel or of a person.
	slackPlace = regexp.MustCompile(`^[CGUW][A-Z0-9]{2,}$`)
)

// validateNotifications checks who is told of what, and where.
func (c *Config) validateNotifications() {
	for i, n := range c.Notifications {
		path := strictyaml.Path("notifications").Index(i)
		if len(n.Slack)+len(n.Webhook) == 0 && !c.doc.Unread(path) {
			c.doc.Report(path, "tells nobody", `add slack, such as "#deploys", or webhook`)
		}
		for j, pattern := range n.Services {
			c.checkServices(path.Key("services").Index(j), pattern)
		}
		for j, name := range n.Environments {
			c.checkEnvironment(path.Key("environments").Index(j), name)
		}
		for j, place := range n.Slack {
			c.checkPlace(path.Key("slack").Index(j), place)
		}
		if len(n.Slack) > 0 && c.Slack == nil && !c.doc.Unread("slack") {
			c.doc.Report(path.Key("slack"), "needs slack, which is not configured", "add slack at the top of the file, or remove the line")
		}
		for j, name := range n.Webhook {
			c.checkWebhookName(path.Key("webhook").Index(j), name)
		}
	}
	c.validateChannels()
	c.validateWebhooks()
	c.validateOwners()
}

// checkPlace checks where something is said in Slack.
func (c *Config) checkPlace(at strictyaml.Path, place string) {
	if channelName.MatchString(place) || slackPlace.MatchString(place) {
		return
	}
	fix := `write the name of a channel, such as "#deploys", or an ID that begins with C, or with U for a person`
	if name := "#" + strings.TrimLeft(strings.ToLower(place), "#"); channelName.MatchString(name) {
		fix = fmt.Sprintf("did you mean %q?", name)
	}
	c.doc.Report(at, "is no channel in Slack", fix)
}

// checkWebhookName checks the name of one of the webhooks.
func (c *Config) checkWebhookName(at strictyaml.Path, name string) {
	if _, ok := c.Webhooks[name]; ok || len(c.Webhooks) == 0 && c.doc.Unread("webhooks") {
		return
	}
	fix := "add it to webhooks, with its url and secret"
	if guess, ok := nearest.Word(name, sortedNames(c.Webhooks)); ok {
		fix = fmt.Sprintf("did you mean %q?", guess)
	}
	c.doc.Report(at, "is none of the webhooks", fix)
}

// checkEnvironment checks the name of an environment that some pipeline has to have.
func (c *Config) checkEnvironment(at strictyaml.Path, name string) {
	known := c.environmentNames()
	if len(known) == 0 || slices.Contains(known, name) {
		return
	}
	fix := "the environments are " + strings.Join(known, ", ")
	if meant := c.aliased(name); meant != "" {
		fix = "write " + meant
	} else if guess, ok := nearest.Word(name, known); ok {
		fix = fmt.Sprintf("did you mean %q?", guess)
	}
	c.doc.Report(at, "no pipeline has such an environment", fix)
}

// aliased returns the environment that a word stands for, empty if it is none.
func (c *Config) aliased(word string) string {
	for _, p := range c.Pipelines {
		for _, name := range p.Environments {
			if slices.Contains(p.Aliases[name], word) {
				return name
			}
		}
	}
	return ""
}
