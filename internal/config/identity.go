package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Identity is how people become Kubernetes users and groups. What those may do is up to RBAC.
type Identity struct {
	// Slack is how a Slack user becomes a Kubernetes user.
	Slack SlackIdentity `yaml:"slack"`
	// GitHub is how a GitHub user becomes a Kubernetes user.
	GitHub GitHubIdentity `yaml:"github"`
	// KargoRoles is whether a person may also do what the Kargo roles allow that are given to them
	// in Kargo's UI: by the claim `email`, which is their e-mail address, and the claim `groups`,
	// which are their Kubernetes groups.
	KargoRoles bool `yaml:"kargoRoles" default:"true"`
	// People are single persons whose identity is not what the patterns say, or who are one person
	// in Slack and on GitHub.
	People []Person `yaml:"people"`
}

// SlackIdentity has the patterns for Slack.
type SlackIdentity struct {
	// Username is the Kubernetes user, a pattern with a placeholder: `{email}`, or `{id}` (T01/U42).
	// If it is empty, only the people listed below are anybody.
	Username string `yaml:"username" default:"{email}"`
	// Groups are the Kubernetes groups, one for each user group in Slack: a pattern with the
	// placeholder `{usergroup}`, its handle. If it is empty, there are none.
	Groups string `yaml:"groups" default:"slack:{usergroup}"`
}

// GitHubIdentity has the patterns for GitHub.
type GitHubIdentity struct {
	// Username is the Kubernetes user, a pattern with the placeholder `{login}`. If it is empty,
	// only the people listed below are anybody.
	Username string `yaml:"username" default:"github:{login}"`
	// Groups are the Kubernetes groups, one for each team in `github.teams`: a pattern with the
	// placeholders `{org}` and `{team}`, its slug. If it is empty, there are none.
	Groups string `yaml:"groups" default:"github:{org}:{team}"`
}

// Person is somebody whose identity is given rather than made by a pattern.
type Person struct {
	// Slack is the ID of the Slack user, `U42`, or `T01/U42` where several workspaces are served.
	//
	// Once loaded, it has the workspace.
	Slack string `yaml:"slack"`
	// GitHub is the login on GitHub.
	GitHub string `yaml:"github"`
	// Username is the Kubernetes user.
	Username string `yaml:"username" required:"true" example:"octocat@acme.dev"`
	// Groups are Kubernetes groups, besides those of the patterns.
	Groups []string `yaml:"groups"`
	// Email is the e-mail address by which Kargo roles know the person. Default: the one in Slack.
	Email string `yaml:"email"`
}

func (id *Identity) validate(c *Config) {
	for _, t := range []struct {
		path         strictyaml.Path
		text         string
		placeholders []string
	}{
		{"identity.slack.username", id.Slack.Username, []string{"email", "id"}},
		{"identity.slack.groups", id.Slack.Groups, []string{"usergroup"}},
		{"identity.github.username", id.GitHub.Username, []string{"login"}},
		{"identity.github.groups", id.GitHub.Groups, []string{"team", "org"}},
	} {
		if t.text == "" {
			continue
		}
		err := checkTemplate(t.text, t.placeholders)
		if err != nil {
			c.doc.Report(t.path, err.Message, err.Fix)
		}
		checkReserved(c.doc, t.path, t.text)
	}
	if groups := id.GitHub.Groups; strings.Contains(groups, "{org}") && !strings.Contains(groups, "{team}") {
		c.doc.Report("identity.github.groups", "has no {team}", "add it: without it, all teams of an organization would be one group")
	}
	id.validatePeople(c)
}

// checkReserved keeps everybody from becoming a part of Kubernetes itself, such as system:masters.
func checkReserved(doc *strictyaml.Document, path strictyaml.Path, name string) {
	if strings.HasPrefix(name, "system:") {
		doc.Report(path, "begins with system:, which Kubernetes keeps for itself", "choose another name")
	}
}

var (
	slackUser   = regexp.MustCompile(`^(?:([TE][A-Z0-9]+)/)?([UW][A-Z0-9]+)$`)
	githubLogin = regexp.MustCompile(`^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$`)
)

func (id *Identity) validatePeople(c *Config) {
	seen := map[string]int{}
	once := func(path strictyaml.Path, i int, key string) {
		if before, ok := seen[key]; ok {
			c.doc.Report(path, fmt.Sprintf("is already the one of people[%d]", before), "make it one person")
			return
		}
		seen[key] = i
	}
	for i := range id.People {
		p, path := &id.People[i], strictyaml.Path("identity.people").Index(i)
		if p.Slack == "" && p.GitHub == "" && !c.doc.Unread(path) {
			c.doc.Report(path, "has neither slack nor github", "say who it is by one of them, or both")
		}
		if p.Slack != "" {
			p.Slack = c.slackPerson(path.Key("slack"), p.Slack)
			once(path.Key("slack"), i, "slack "+p.Slack)
		}
		if p.GitHub != "" {
			if !githubLogin.MatchString(p.GitHub) {
				c.doc.Report(path.Key("github"), "is not a login", "write the name in the address of the person's profile, without @")
			}
			once(path.Key("github"), i, "github "+strings.ToLower(p.GitHub))
		}
		checkReserved(c.doc, path.Key("username"), p.Username)
		for j, group := range p.Groups {
			if group == "" {
				c.doc.Report(path.Key("groups").Index(j), "is empty", "write the name of a group, or remove it")
			}
			checkReserved(c.doc, path.Key("groups").Index(j), group)
		}
		if name, domain, _ := strings.Cut(p.Email, "@"); p.Email != "" && (name == "" || domain == "") {
			c.doc.Report(path.Key("email"), "is not an e-mail address", "write one such as octocat@acme.dev")
		}
	}
}

// slackPerson checks a Slack user and returns it with the workspace.
func (c *Config) slackPerson(path strictyaml.Path, user string) string {
	parts := slackUser.FindStringSubmatch(user)
	switch {
	case parts == nil:
		c.doc.Report(path, "is not a Slack user", "write the member ID that begins with U or W, from the person's profile: U42, or T01/U42")
	case c.Slack == nil:
	case parts[1] != "":
		if !slices.Contains(c.Slack.Teams, parts[1]) {
			c.doc.Report(path, "is a user of a workspace that is not in slack.teams", "add it there, or remove the person")
		}
	case len(c.Slack.Teams) == 1:
		return c.Slack.Teams[0] + "/" + user
	case len(c.Slack.Teams) > 1:
		c.doc.Report(path, "may be a user of any of several workspaces", "put the workspace's ID before it: "+c.Slack.Teams[0]+"/"+parts[2])
	}
	return user
}
