package config

import (
	"regexp"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// GitHub is the GitHub App that the bot speaks through.
type GitHub struct {
	// URL is the address of GitHub's API, used as it is, with a slash at its end. For GitHub
	// Enterprise Server: `https://HOST/api/v3/`.
	URL string `yaml:"url" default:"https://api.github.com/"`
	// App is the App's identity.
	App GitHubApp `yaml:"app" required:"true"`
	// WebhookSecrets are one or two secrets of the App's webhook: two while one replaces the other.
	// A delivery that is signed with neither is refused.
	WebhookSecrets []secret.Source `yaml:"webhookSecrets" required:"true" example:"[{file: /etc/kargo-bot-secrets/github/webhook-secret}]"`
	// Teams are the teams (`org/team-slug`) whose members get a Kubernetes group for it, see
	// `identity.github.groups`. Without any, nobody gets one.
	Teams []string `yaml:"teams"`
	// Web is where GitHub's pages are, for links and to know its repositories by their URLs. Default: what
	// belongs to `url`.
	Web string `yaml:"web"`
	// Sources are where the code of services is, by service; `"*"` is for all others. From there come the
	// commits, pull requests and release notes of a diff.
	Sources map[string]Code `yaml:"sources"`
	// PullRequests are what the bot writes on pull requests.
	PullRequests PullRequests `yaml:"pullRequests"`
	// Deployments are what GitHub shows as the environments of a repository.
	Deployments Deployments `yaml:"deployments"`
	// ReleasePage is whether the page of a release gets a section that says where it runs.
	ReleasePage bool `yaml:"releasePage"`
	// Checks is whether the commit of a release gets a check that says where it runs.
	Checks bool `yaml:"checks"`
}

// GitHubApp is the App's identity.
type GitHubApp struct {
	// ID is the App's ID, a number, found on the App's page.
	ID int64 `yaml:"id" required:"true" example:"12345"`
	// PrivateKey is the App's private key, as GitHub hands it out (PEM).
	PrivateKey secret.Source `yaml:"privateKey" required:"true"`
}

// teamSlug is an organization and the slug of one of its teams.
var teamSlug = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]*/[a-z0-9_][a-z0-9_-]*$`)

func (g *GitHub) validate(c *Config) {
	g.URL = c.checkAPI("github.url", g.URL, "https://api.github.com/")
	if c.doc.Has("github.app.id") && g.App.ID <= 0 {
		c.doc.Report("github.app.id", "is not the ID of an App", "write the number on the App's page")
	}
	if c.doc.Has("github.app.privateKey") {
		checkSource(c.doc, "github.app.privateKey", g.App.PrivateKey)
	}
	c.checkSources("github.webhookSecrets", g.WebhookSecrets)
	g.validateCode(c)
	g.Deployments.validate(c)
	orgs, seen := map[string]bool{}, map[string]bool{}
	for i, team := range g.Teams {
		at := strictyaml.Path("github.teams").Index(i)
		folded := strings.ToLower(team)
		switch {
		case !teamSlug.MatchString(team):
			c.doc.Report(at, "is not a team", "write org/team-slug, as in the address of the team's page")
		case seen[folded]:
			c.doc.Report(at, "is there twice", "remove one of the two")
		}
		seen[folded] = true
		org, _, _ := strings.Cut(folded, "/")
		orgs[org] = true
	}
	if groups := c.Identity.GitHub.Groups; len(orgs) > 1 && groups != "" && !strings.Contains(groups, "{org}") {
		c.doc.Report("identity.github.groups", "has no {org}, though there are teams of several organizations",
			"add it, so that teams of the same name are told apart")
	}
}
