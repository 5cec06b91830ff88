package slack

import (
	"context"
	"time"

	slackapi "github.com/slack-go/slack"
)

// How many channels of direct messages are remembered, and for how long. They never change.
const (
	dmSize = 5_000
	dmTTL  = 24 * time.Hour
)

// openDM returns the channel of the bot's direct messages with a user.
func (c *Client) openDM(ctx context.Context, user string) (channel string, err error) {
	if known, ok := c.knownDM(user); ok {
		return known, nil
	}
	err = c.call(ctx, methodOpen, func(ctx context.Context) error {
		opened, _, _, err := c.api.OpenConversationContext(ctx, &slackapi.OpenConversationParameters{Users: []string{user}})
		if err == nil && (opened == nil || opened.ID == "") {
			err = errNoAnswer
		}
		if err == nil {
			channel = opened.ID
		}
		return err
	})
	if err == nil {
		c.keepDM(user, channel)
	}
	return channel, err
}

// knownDM returns the channel of the direct messages with a user, if Slack has told it lately.
func (c *Client) knownDM(user string) (channel string, ok bool) {
	known, ok := c.dms.Get(user)
	if !ok {
		return "", false
	}
	return known.(string), true
}

func (c *Client) keepDM(user, channel string) { c.dms.Add(user, channel, dmTTL) }
