package slack

import (
	"context"
	"errors"

	slackapi "github.com/slack-go/slack"
)

// The methods of the Web API that the bot calls, and the name that calls of response_urls go by.
const (
	methodAuthTest    = "auth.test"
	methodHistory     = "conversations.history"
	methodList        = "conversations.list"
	methodOpen        = "conversations.open"
	methodPost        = "chat.postMessage"
	methodReplies     = "conversations.replies"
	methodUpdate      = "chat.update"
	methodUserGroups  = "usergroups.list"
	methodUserInfo    = "users.info"
	methodResponseURL = "response_url"
)

// eventType is the kind of the metadata by which the bot finds its messages again, and markerKey
// where in it the marker is.
const (
	eventType = "kargo_bot"
	markerKey = "marker"
)

// errNoAnswer means that Slack answered without saying what it did.
var errNoAnswer = errors.New("answered without the ID of the message")

// options puts a message in slack-go's terms.
func (m rendered) options(marker string) slackapi.MsgOption {
	return slackapi.MsgOptionCompose(
		slackapi.MsgOptionText(m.text, false), // it is escaped already
		slackapi.MsgOptionBlocks(m.blocks...),
		slackapi.MsgOptionDisableLinkUnfurl(),
		slackapi.MsgOptionDisableMediaUnfurl(),
		slackapi.MsgOptionMetadata(slackapi.SlackMetadata{
			EventType:    eventType,
			EventPayload: map[string]any{markerKey: marker},
		}),
	)
}

// destination is where a message goes.
type destination struct {
	// channel is the ID of a channel, or of a user for their direct messages.
	channel string
	// thread is the timestamp of the message that it replies to, or empty.
	thread string
	// unasked says that nobody waits for the message: where somebody waits for another, that goes first.
	unasked bool
}

// post sends a message, or returns a rateLimited at once if it is too early for another one there. The address
// it returns has the real channel.
func (c *Client) post(ctx context.Context, to destination, m rendered, marker string) (address, error) {
	paced := to.channel
	if dm, ok := c.knownDM(to.channel); ok {
		paced = dm
	}
	if wait := c.pace.begin(paced, to.unasked); wait > 0 {
		return address{}, &rateLimited{method: methodPost, after: wait}
	}
	at, err := c.postNow(ctx, to, m, marker)
	c.pace.end(paced, !isNothing(err))
	if err == nil && at.channel != paced {
		c.pace.sent(at.channel)
		c.keepDM(to.channel, at.channel)
	}
	return at, err
}

func (c *Client) postNow(ctx context.Context, to destination, m rendered, marker string) (address, error) {
	options := []slackapi.MsgOption{m.options(marker)}
	if to.thread != "" {
		options = append(options, slackapi.MsgOptionTS(to.thread))
	}
	var at address
	err := c.call(ctx, methodPost, func(ctx context.Context) (err error) {
		at.channel, at.ts, err = c.api.PostMessageContext(ctx, to.channel, options...)
		if err == nil && (at.channel == "" || at.ts == "") {
			err = errNoAnswer
		}
		return err
	})
	return at, err
}

// update replaces what a message says.
func (c *Client) update(ctx context.Context, at address, m rendered, marker string) error {
	return c.call(ctx, methodUpdate, func(ctx context.Context) error {
		_, _, _, err := c.api.UpdateMessageContext(ctx, at.channel, at.ts, m.options(marker))
		return err
	})
}

// respond speaks through a response_url, for the person alone who typed the command. Replace asks
// for the message that was sent before through the same URL to be replaced; Slack does that for
// messages with buttons, and for others may post a new one all the same.
func (c *Client) respond(ctx context.Context, responseURL string, m rendered, replace bool) error {
	options := []slackapi.MsgOption{
		slackapi.MsgOptionResponseURL(responseURL, slackapi.ResponseTypeEphemeral),
		slackapi.MsgOptionText(m.text, false),
		slackapi.MsgOptionBlocks(m.blocks...),
	}
	if replace {
		options = append(options, slackapi.MsgOptionReplaceOriginal(responseURL))
	}
	return c.call(ctx, methodResponseURL, func(ctx context.Context) error {
		_, _, _, err := c.api.SendMessageContext(ctx, "", options...)
		return err
	})
}
