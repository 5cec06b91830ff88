package slack

import (
	"context"
	"fmt"
	"strconv"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// Bounds of a search. Slack advises pages of at most 200 messages.
const (
	searchPage  = 200
	searchPages = 20
	// clockSkew is by how much Slack's clock may be behind that of the cluster.
	clockSkew = time.Minute
)

// Find implements notify.Sink. It looks where Post may have put the message: in the thread it belongs in,
// in the channel, and where the bot isn't a member, in the person's direct messages.
func (s *Sink) Find(ctx context.Context, m notify.Message) (id string, err error) {
	origin, err := originOf(m)
	if err != nil || m.Part == v1alpha1.PartReaction {
		return "", err
	}
	var (
		at    address
		found bool
	)
	alone := m.ReplyTo == idResponse
	if !alone {
		at, found, err = s.client.find(ctx, m, origin.Channel, rootsOf(m, *origin)...)
		alone = isNotMember(err)
	}
	if alone {
		at, found, err = s.findInDM(ctx, m, origin.User)
	}
	if err != nil {
		return "", sinkError(err)
	}
	if !found {
		return "", nil
	}
	return at.String(), nil
}

// find looks for a message below others, and in the channel.
func (c *Client) find(ctx context.Context, m notify.Message, channel string, below ...address) (address, bool, error) {
	for _, root := range below {
		channel = root.channel
		at, found, err := search(ctx, m, c.replies(root))
		if found || err != nil && !isNoThread(err) {
			return at, found, err
		}
		// Where somebody deleted the root, what replies to it is not below it.
	}
	return search(ctx, m, c.history(channel))
}

// findInDM looks in the direct messages with a person. An app that may not read them can't know: then
// the message counts as not sent, since it is worse not to tell the person than to tell them twice.
func (s *Sink) findInDM(ctx context.Context, m notify.Message, user string) (address, bool, error) {
	channel, err := s.client.openDM(ctx, user)
	var (
		at    address
		found bool
	)
	if err == nil {
		at, found, err = search(ctx, m, s.client.history(channel))
	}
	if isCode(err, "missing_scope") {
		return address{}, false, nil
	}
	return at, found, err
}

// page returns the messages of one page that were sent since a time, and the cursor of the next.
type page func(ctx context.Context, oldest, cursor string) (channel string, messages []slackapi.Message, next string, err error)

// search looks for the message with the marker. If that takes more pages than a search may have, it
// gives up for good: the message may be there.
func search(ctx context.Context, m notify.Message, read page) (address, bool, error) {
	oldest := ""
	if !m.Since.IsZero() {
		oldest = strconv.FormatInt(m.Since.Add(-clockSkew).Unix(), 10) + ".000000"
	}
	cursor := ""
	for range searchPages {
		channel, messages, next, err := read(ctx, oldest, cursor)
		if err != nil {
			return address{}, false, err
		}
		for _, message := range messages {
			if message.Metadata.EventType == eventType && message.Metadata.EventPayload[markerKey] == m.Marker {
				return address{channel, message.Timestamp}, true, nil
			}
		}
		if next == "" {
			return address{}, false, nil
		}
		cursor = next
	}
	return address{}, false, &notify.Undeliverable{Reason: fmt.Sprintf(
		"The connection broke while the message was sent, and more than %d others came since: it may be there or not.",
		searchPage*searchPages)}
}

// history reads a channel, newest first.
func (c *Client) history(channel string) page {
	return func(ctx context.Context, oldest, cursor string) (string, []slackapi.Message, string, error) {
		var answer *slackapi.GetConversationHistoryResponse
		err := c.call(ctx, methodHistory, func(ctx context.Context) (err error) {
			answer, err = c.api.GetConversationHistoryContext(ctx, &slackapi.GetConversationHistoryParameters{
				ChannelID: channel, Oldest: oldest, Cursor: cursor, Limit: searchPage, IncludeAllMetadata: true,
			})
			return err
		})
		if err != nil {
			return channel, nil, "", err
		}
		return channel, answer.Messages, answer.ResponseMetaData.NextCursor, nil
	}
}

// replies reads a thread, oldest first.
func (c *Client) replies(thread address) page {
	return func(ctx context.Context, oldest, cursor string) (string, []slackapi.Message, string, error) {
		var (
			messages []slackapi.Message
			next     string
		)
		err := c.call(ctx, methodReplies, func(ctx context.Context) (err error) {
			messages, _, next, err = c.api.GetConversationRepliesContext(ctx, &slackapi.GetConversationRepliesParameters{
				ChannelID: thread.channel, Timestamp: thread.ts, Oldest: oldest, Cursor: cursor,
				Limit: searchPage, IncludeAllMetadata: true,
			})
			return err
		})
		return thread.channel, messages, next, err
	}
}
