package slackfake

import (
	"context"
	"fmt"
	"net/url"
	"strings"
)

// SlashCommand is a command that a person types in a channel or in the DM with the app.
type SlashCommand struct {
	User    string // id
	Channel string // id
	Command string // "/promote"
	Text    string // "red production"
}

// SlashCommand delivers a command and returns the app's answer.
func (d *Driver) SlashCommand(ctx context.Context, command SlashCommand, options ...Option) (*Reply, error) {
	delivery, err := d.NewSlashCommand(command, options...)
	if err != nil {
		return nil, err
	}
	return d.Send(ctx, delivery)
}

// NewSlashCommand makes the signed request of a command without sending it. See
// https://docs.slack.dev/interactivity/implementing-slash-commands
func (d *Driver) NewSlashCommand(command SlashCommand, options ...Option) (*Delivery, error) {
	if !strings.HasPrefix(command.Command, "/") || strings.Contains(command.Command, " ") {
		return nil, fmt.Errorf("slackfake: %q is no slash command", command.Command)
	}
	s := d.slack
	s.mu.Lock()
	defer s.mu.Unlock()
	c, user, err := s.present(command.User, command.Channel)
	if err != nil {
		return nil, err
	}
	claims := s.signing(options)
	h := hook{kind: hookCommands, channel: c, user: user.ID}
	path := s.openHook(h)
	delivery := &Delivery{
		URL:         d.endpoints.Commands,
		ResponseURL: s.url + "/" + path,
		what:        command.Command,
		hook:        s.hooks[path],
	}
	delivery.Body = []byte(url.Values{
		"token":                 {"deprecated-verification-token"},
		"team_id":               {claims.team},
		"team_domain":           {s.config.Workspace.Domain},
		"channel_id":            {c.ID},
		"channel_name":          {c.nameInCommand()},
		"user_id":               {user.ID},
		"user_name":             {user.Name},
		"command":               {command.Command},
		"text":                  {command.Text},
		"api_app_id":            {claims.app},
		"is_enterprise_install": {"false"},
		"response_url":          {delivery.ResponseURL},
		"trigger_id":            {s.triggerID()},
	}.Encode())
	delivery.Header = claims.sign(delivery.Body)
	return delivery, nil
}

// nameInCommand is the channel's name in a command's form, where Slack hides those of
// private conversations.
func (c *channel) nameInCommand() string {
	switch {
	case c.dm != "":
		return "directmessage"
	case c.Private:
		return "privategroup"
	}
	return c.Name
}

// triggerID returns a new trigger_id. s.mu is held.
func (s *Slack) triggerID() string {
	n := s.nextID()
	return fmt.Sprintf("%d.%d.%s", n, n, s.unguessable("trigger", n))
}
