package config

import (
	"regexp"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Owner is who is called when something goes wrong with a service.
type Owner struct {
	// Slack is the ID of a person (`U42`) or of a user group (`S7`) in Slack.
	Slack string `yaml:"slack" required:"true" example:"U42"`
}

// slackOwner is the ID of a person or of a user group.
var slackOwner = regexp.MustCompile(`^[UWS][A-Z0-9]+$`)

func (c *Config) validateOwners() {
	for _, pattern := range sortedNames(c.Owners) {
		path := strictyaml.Path("owners").Key(pattern)
		c.checkServices(path, pattern)
		if at := path.Key("slack"); c.doc.Has(at) && !slackOwner.MatchString(c.Owners[pattern].Slack) {
			c.doc.Report(at, "is neither a person nor a user group in Slack",
				"write the member ID that begins with U, from the person's profile, or the ID of a group, which begins with S")
		}
	}
	if len(c.Owners) > 0 && c.Slack == nil && !c.doc.Unread("slack") {
		c.warn("owners", "nobody can be called, since slack is not configured", "add slack at the top of the file, or remove owners")
	}
}
