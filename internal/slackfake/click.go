package slackfake

import (
	"context"
	"fmt"
	"net/url"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// ButtonClick is a person's click on a button of a message of the app.
type ButtonClick struct {
	User     string // id
	Channel  string // id
	TS       string // the message
	ActionID string
	BlockID  string // empty: the first button with that ActionID
}

// ButtonClick delivers a click and returns the app's answer.
func (d *Driver) ButtonClick(ctx context.Context, click ButtonClick, options ...Option) (*Reply, error) {
	delivery, err := d.NewButtonClick(click, options...)
	if err != nil {
		return nil, err
	}
	return d.Send(ctx, delivery)
}

// NewButtonClick makes the signed request of a click without sending it. See
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
func (d *Driver) NewButtonClick(click ButtonClick, options ...Option) (*Delivery, error) {
	s := d.slack
	s.mu.Lock()
	defer s.mu.Unlock()
	c, user, err := s.present(click.User, click.Channel)
	if err != nil {
		return nil, err
	}
	_, m := c.find(click.TS)
	if m == nil || m.User != s.config.App.BotUserID || m.EphemeralTo != "" && m.EphemeralTo != click.User {
		return nil, fmt.Errorf("slackfake: user %s sees no message %s of the app in %s", click.User, click.TS, click.Channel)
	}
	button, found := findButton(m, click)
	if !found {
		return nil, fmt.Errorf("slackfake: message %s has no button %q", click.TS, click.ActionID)
	}
	claims := s.signing(options)
	path := s.openHook(hook{kind: hookActions, channel: c, user: user.ID, threadTS: m.ThreadTS, original: m.TS})
	delivery := &Delivery{
		URL:         d.endpoints.Interactivity,
		ResponseURL: s.url + "/" + path,
		what:        "a click on " + click.ActionID,
		hook:        s.hooks[path],
	}
	payload := s.blockActions(claims, c, user, m, button)
	payload["response_url"] = delivery.ResponseURL
	delivery.Body = []byte(url.Values{"payload": {string(encode(payload))}}.Encode())
	delivery.Header = claims.sign(delivery.Body)
	return delivery, nil
}

func findButton(m *Message, click ButtonClick) (blockkit.Button, bool) {
	for _, b := range blockkit.Buttons(m.Blocks) {
		if b.ActionID == click.ActionID && (click.BlockID == "" || b.BlockID == click.BlockID) {
			return b, true
		}
	}
	return blockkit.Button{}, false
}

// blockActions is the payload of a click. An ephemeral message is not in it.
func (s *Slack) blockActions(claims signing, c *channel, user *User, m *Message, b blockkit.Button) answer {
	action := answer{
		"type": "button", "action_id": b.ActionID, "block_id": b.BlockID,
		"text":      answer{"type": "plain_text", "text": b.Text, "emoji": true},
		"action_ts": s.clock.next(s.config.Now()),
	}
	for name, value := range map[string]string{"value": b.Value, "url": b.URL, "style": b.Style} {
		if value != "" {
			action[name] = value
		}
	}
	container := answer{
		"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.EphemeralTo != "",
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload := answer{
		"type":                  "block_actions",
		"token":                 "deprecated-verification-token",
		"api_app_id":            claims.app,
		"team":                  answer{"id": claims.team, "domain": s.config.Workspace.Domain},
		"user":                  answer{"id": user.ID, "username": user.Name, "name": user.Name, "team_id": user.TeamID},
		"enterprise":            nil,
		"is_enterprise_install": false,
		"channel":               answer{"id": c.ID, "name": c.nameInCommand()},
		"container":             container,
		"trigger_id":            s.triggerID(),
		"state":                 answer{"values": answer{}},
		"actions":               []answer{action},
	}
	if m.EphemeralTo == "" {
		payload["message"] = s.messageJSON(c, m, true)
	}
	return payload
}
