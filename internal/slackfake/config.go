package slackfake

import (
	"fmt"
	"strings"
	"time"
)

// Config describes the workspace and the app. The zero value of every field of
// Workspace and App takes a default, so a test names only what it is about.
type Config struct {
	Workspace Workspace
	App       App
	Users     []User
	Groups    []UserGroup
	Channels  []Channel

	// URL is where the Slack is served, without a trailing slash: response_urls start
	// with it. SetURL sets it later, when the address is known only after listening.
	URL string
	// Now is the clock for timestamps, expiry and rate limits; nil: time.Now.
	Now func() time.Time

	// PerChannelInterval limits chat.postMessage: one message per channel and interval
	// after a burst of PerChannelBurst (at least 1). Slack allows about one a second.
	// 0: no limit.
	PerChannelInterval time.Duration
	PerChannelBurst    int
	// EditWindow is how long messages may be edited by chat.update. 0: for ever.
	EditWindow time.Duration
}

// Workspace is the Slack workspace.
type Workspace struct {
	ID     string // T…; default "T01"
	Name   string // default "Acme"
	Domain string // first label of its URL; default "acme"
}

// App is the one app that is installed, seen through its bot token.
type App struct {
	ID            string   // A…; default "A01"
	Name          string   // default "kargo-bot"
	BotID         string   // B…; default "B01"
	BotUserID     string   // U…; default "U0BOT"
	BotToken      string   // default DefaultBotToken
	SigningSecret string   // default DefaultSigningSecret
	Scopes        []string // nil: DefaultScopes()
}

// Secrets of the fake's app unless the Config sets others.
const (
	DefaultBotToken      = "xoxb-fake-slack-bot-token"
	DefaultSigningSecret = "fake-slack-signing-secret"
)

// DefaultScopes returns what the app may do by default: all that the fake knows but
// chat:write.public and chat:write.customize, so that the bot has to be invited.
func DefaultScopes() []string {
	return []string{
		"channels:history", "channels:read", "chat:write", "commands",
		"groups:history", "groups:read", "im:history", "im:read", "im:write",
		"reactions:write", "team:read", "usergroups:read", "users:read", "users:read.email",
	}
}

// User is a member of the workspace, or a guest from another one.
type User struct {
	ID               string // U… or W…
	Name             string // handle, without "@"
	RealName         string
	Email            string
	EmailUnconfirmed bool // the address is a claim that nobody has proven
	Deleted          bool // deactivated
	IsBot            bool
	IsRestricted     bool   // guest of the workspace
	IsStranger       bool   // from another workspace, through a shared channel
	TeamID           string // home workspace; default: the Workspace
}

// UserGroup is a group that one can mention, such as @platform.
type UserGroup struct {
	ID       string // S…
	Handle   string // without "@"
	Name     string
	Users    []string // ids
	Disabled bool
}

// Channel is a public or private channel.
type Channel struct {
	ID       string // C…
	Name     string // without "#"
	Private  bool
	Archived bool
	BotIn    bool     // the app has been invited
	Members  []string // user ids; nil: every user, now and later
}

// withDefaults fills what a Config leaves open and refuses what makes no sense.
func (c Config) withDefaults() (Config, error) {
	fill(&c.Workspace.ID, "T01")
	fill(&c.Workspace.Name, "Acme")
	fill(&c.Workspace.Domain, "acme")
	fill(&c.App.ID, "A01")
	fill(&c.App.Name, "kargo-bot")
	fill(&c.App.BotID, "B01")
	fill(&c.App.BotUserID, "U0BOT")
	fill(&c.App.BotToken, DefaultBotToken)
	fill(&c.App.SigningSecret, DefaultSigningSecret)
	if c.App.Scopes == nil {
		c.App.Scopes = DefaultScopes()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	c.PerChannelBurst = max(c.PerChannelBurst, 1)
	c.URL = strings.TrimRight(c.URL, "/")
	if c.PerChannelInterval < 0 || c.EditWindow < 0 {
		return c, fmt.Errorf("slackfake: negative duration in the configuration")
	}
	return c, nil
}

func fill(field *string, value string) {
	if *field == "" {
		*field = value
	}
}
