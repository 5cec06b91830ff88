// Package config reads the configuration of the bot: strictly, with every default in its place, and
// with everything that is wrong told at once, by line and with its fix. What a field means stands at
// the field; docs/configuration.md is generated from there.
//
// Reading the configuration reads the pipeline files that it names, and nothing else. Secrets are
// read by Secrets, when the bot is about to start. The package never prints and never exits.
package config

import (
	"errors"
	"path/filepath"

	"github.com/davidaparicio/kargo-bot/internal/strictyaml"
)

// Config is the content of the configuration file.
type Config struct {
	// Pipelines are the Kargo Projects that the bot serves, and how their Stages form services and
	// environments.
	Pipelines []Pipeline `yaml:"pipelines" required:"true" example:"[{file: kargo/config.yaml}]"`
	// Kargo is what the bot knows about Kargo beyond its API.
	Kargo Kargo `yaml:"kargo"`
	// Environments are settings of single environments, by name. One without any need not be
	// here.
	Environments map[string]Environment `yaml:"environments"`
	// GitHub is the GitHub App that the bot speaks through. At least one of `github` and `slack` is
	// needed, but for `bot run`.
	GitHub *GitHub `yaml:"github"`
	// Slack is the Slack app that the bot speaks through.
	Slack *Slack `yaml:"slack"`
	// Identity is how people become Kubernetes users, whose permissions then decide.
	Identity Identity `yaml:"identity"`
	// Notifications are who is told of what without having asked for it. Whatever several rules say, everybody is
	// told once.
	Notifications []Notification `yaml:"notifications"`
	// Channels are settings of channels in Slack, by the name that `notifications` have for them. One without any
	// need not be here.
	Channels map[string]Channel `yaml:"channels"`
	// Webhooks are endpoints of yours that `notifications` call, by name. See [webhooks.md](webhooks.md) for what
	// they get.
	Webhooks map[string]Webhook `yaml:"webhooks"`
	// Owners are who is called when something goes wrong, by patterns of services. Of several that match, the
	// most exact one counts.
	Owners map[string]Owner `yaml:"owners"`
	// Releases are versions on their way to production, each a Kubernetes object.
	Releases Releases `yaml:"releases"`
	// Templates are texts of messages in other words than the bot's own. See [templates.md](templates.md) for
	// what there is to say.
	Templates Templates `yaml:"templates"`
	// Shipments are the requests to promote something, each a Kubernetes object.
	Shipments Shipments `yaml:"shipments"`
	// Server is where the bot listens.
	Server Server `yaml:"server"`
	// LeaderElection is how one of several replicas is chosen to run the controllers. All of them
	// answer Slack and GitHub.
	LeaderElection LeaderElection `yaml:"leaderElection"`
	// Log is what the bot writes to its standard error, as JSON.
	Log Log `yaml:"log"`

	// Warnings are about what works but is probably not wanted.
	Warnings strictyaml.Problems `yaml:"-"`

	doc *strictyaml.Document
	dir string // relative paths start here
}

// Load reads the configuration file and the pipeline files that it names. The error is
// strictyaml.Problems.
func Load(path string) (*Config, error) {
	return load(path, (*Config).needSurface)
}

// LoadForTerminal does what Load does for somebody who reaches Kubernetes from a terminal, who needs
// neither Slack nor GitHub. What the file says of them has to be right all the same.
func LoadForTerminal(path string) (*Config, error) {
	return load(path, func(*Config) {})
}

func load(path string, check func(*Config)) (*Config, error) {
	data, err := strictyaml.ReadFile(path)
	if problem, ok := errors.AsType[strictyaml.Problem](err); ok {
		return nil, strictyaml.Problems{problem}
	}
	return parse(path, data, strictyaml.ReadFile, check)
}

// Parse does what Load does with the content of the named file, which need not exist: relative
// paths start at its folder.
func Parse(path string, data []byte) (*Config, error) {
	return parse(path, data, strictyaml.ReadFile, (*Config).needSurface)
}

// readFile is strictyaml.ReadFile.
type readFile func(name string) ([]byte, error)

// parse reads a configuration. What check reports is wrong with it, too.
func parse(path string, data []byte, read readFile, check func(*Config)) (*Config, error) {
	c := &Config{dir: filepath.Dir(path)}
	c.doc = strictyaml.Decode(path, data, c)

	inFiles := c.resolvePipelines(read)
	c.resolveAliases()
	c.Kargo.validate(c.doc)
	check(c)
	c.validateSurfaces()
	c.Identity.validate(c)
	c.validateNotifications()
	c.Releases.validate(c.doc)
	c.Templates.validate(c)
	c.Shipments.validate(c.doc)
	c.Server.validate(c.doc)
	c.LeaderElection.validate(c.doc)

	if err := append(c.doc.Problems(), inFiles...).Err(); err != nil {
		return nil, err
	}
	return c, nil
}

// needSurface checks that there is a way to reach the bot.
func (c *Config) needSurface() {
	if c.GitHub == nil && c.Slack == nil && !c.doc.Unread("github") && !c.doc.Unread("slack") {
		c.doc.Report("", "neither slack nor github is configured, so that nobody could reach the bot", "add at least one of them")
	}
}

// validateSurfaces checks the ways in which people reach the bot.
func (c *Config) validateSurfaces() {
	if c.GitHub != nil {
		c.GitHub.validate(c)
	}
	if c.Slack != nil {
		c.Slack.validate(c)
	}
}

// warn adds a warning.
func (c *Config) warn(path strictyaml.Path, message, fix string) {
	c.Warnings = append(c.Warnings, c.doc.Problem(path, message, fix))
}
