package config

import (
	"regexp"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Slack is the Slack app that the bot speaks through.
type Slack struct {
	// URL is the address of Slack's API, with a slash at its end.
	URL string `yaml:"url" default:"https://slack.com/api/"`
	// Teams are the IDs of the workspaces that are served. Requests from others are refused.
	Teams []string `yaml:"teams" required:"true" example:"[T0123ABCD]"`
	// App is the ID of the app (api_app_id). If it is set, requests that name another are refused.
	App string `yaml:"app"`
	// BotToken is the token of the app's bot user (xoxb-…).
	BotToken secret.Source `yaml:"botToken" required:"true"`
	// SigningSecret is the app's signing secret. A request that is not signed with it is refused.
	// Needed without `signingSecrets`.
	SigningSecret secret.Source `yaml:"signingSecret"`
	// SigningSecrets are one or two signing secrets, in place of `signingSecret`: two while one
	// replaces the other.
	//
	// Once loaded, SigningSecret is here, too.
	SigningSecrets []secret.Source `yaml:"signingSecrets"`
}

var (
	slackTeam = regexp.MustCompile(`^[TE][A-Z0-9]+$`)
	slackApp  = regexp.MustCompile(`^A[A-Z0-9]+$`)
)

func (s *Slack) validate(c *Config) {
	s.URL = c.checkAPI("slack.url", s.URL, "https://slack.com/api/")
	seen := map[string]bool{}
	for i, team := range s.Teams {
		at := strictyaml.Path("slack.teams").Index(i)
		switch {
		case !slackTeam.MatchString(team):
			c.doc.Report(at, "is not the ID of a workspace", "write the ID that begins with T (E for an organization), as in the workspace's address")
		case seen[team]:
			c.doc.Report(at, "is there twice", "remove one of the two")
		}
		seen[team] = true
	}
	if c.doc.Has("slack.app") && !slackApp.MatchString(s.App) {
		c.doc.Report("slack.app", "is not the ID of an app", "write the ID that begins with A, as on the app's page")
	}
	if c.doc.Has("slack.botToken") {
		checkSource(c.doc, "slack.botToken", s.BotToken)
	}
	s.checkSigningSecrets(c)
}

// checkSigningSecrets gathers signing secrets, however they are written.
func (s *Slack) checkSigningSecrets(c *Config) {
	one, several := c.doc.Has("slack.signingSecret"), c.doc.Has("slack.signingSecrets")
	switch {
	case one && several:
		c.doc.Report("slack.signingSecret", "is there beside signingSecrets", "move it there")
	case several && len(s.SigningSecrets) == 0:
		c.doc.Report("slack.signingSecrets", "is empty", "add "+secret.Source{}.DescribeYAML())
	case several:
		c.checkSources("slack.signingSecrets", s.SigningSecrets)
	case one:
		checkSource(c.doc, "slack.signingSecret", s.SigningSecret)
		s.SigningSecrets = []secret.Source{s.SigningSecret}
	case !c.doc.Unread("slack.signingSecret") && !c.doc.Unread("slack.signingSecrets"):
		c.doc.Report("slack.signingSecret", "missing", "add "+secret.Source{}.DescribeYAML())
	}
}
