package slack

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
)

// Bounds of looking for channels. Slack allows some 20 calls a minute, of less than 1,000 channels each:
// https://docs.slack.dev/reference/methods/conversations.list
const (
	channelsPage  = 999
	channelsPages = 20
	// maxChannels is how many are remembered.
	maxChannels = 200_000
	// channelsAge is the least time between looks for a name that is not known.
	channelsAge = time.Minute
	// channelsTime bounds one look. The next one goes on where it ended.
	channelsTime = 10 * time.Second
)

// errNoChannel means that no channel that the bot can see has the name.
var errNoChannel = errors.New("slack: no channel of that name is visible to the bot")

// channels knows the IDs of channels by their names. A channel keeps its ID when it is renamed.
type channels struct {
	client *Client
	flight singleflight.Group

	mu  sync.Mutex
	ids map[string]string
	// read is when all channels were last read, and cursor where the next page begins if they were not read
	// to the end.
	read   time.Time
	cursor string
}

func newChannels(client *Client) *channels {
	return &channels{client: client, ids: map[string]string{}}
}

// id returns the ID of the channel with a name such as "#deploys", or errNoChannel.
func (c *channels) id(ctx context.Context, name string) (string, error) {
	key := channelKey(name)
	if id, ok := c.known(key); ok {
		return id, nil
	}
	if c.isFresh() {
		return "", errNoChannel
	}
	_, err, _ := c.flight.Do("", func() (any, error) {
		if c.isFresh() {
			return nil, nil // another's look ended between the one above and here
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), channelsTime)
		defer cancel()
		return nil, c.readAll(ctx)
	})
	// What is looked for may be on one of the pages before the one that failed.
	if id, ok := c.known(key); ok {
		return id, nil
	}
	if err != nil {
		return "", err
	}
	return "", errNoChannel
}

// forget drops what is known of a name, since the channel can't be found any more.
func (c *channels) forget(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.ids, channelKey(name))
}

func (c *channels) known(key string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id, ok := c.ids[key]
	return id, ok
}

// isFresh reports whether all channels were read so lately that there is no use in doing it again.
func (c *channels) isFresh() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	age := c.client.now().Sub(c.read)
	return 0 <= age && age < channelsAge
}

// readAll reads the channels from where the last look ended.
func (c *channels) readAll(ctx context.Context) error {
	for range channelsPages {
		c.mu.Lock()
		cursor := c.cursor
		c.mu.Unlock()
		list, next, err := c.client.listChannels(ctx, cursor)
		if isCode(err, "invalid_cursor") {
			c.keep(nil, "")
		}
		if err != nil {
			return err
		}
		if c.keep(list, next); next == "" {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.read = c.client.now()
			return nil
		}
	}
	return &rateLimited{method: methodList, after: channelsAge}
}

// keep remembers a page, and where the next one begins.
func (c *channels) keep(list []slackapi.Channel, next string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cursor = next
	for _, channel := range list {
		key := channelKey(channel.Name)
		if _, known := c.ids[key]; isID(channel.ID) && (known || len(c.ids) < maxChannels) {
			c.ids[key] = channel.ID
		}
	}
}

// channelKey returns a channel's name as it is compared: Slack has them in lower case.
func channelKey(name string) string { return strings.ToLower(strings.TrimPrefix(name, "#")) }

// listChannels asks for one page of the channels that the bot can see.
func (c *Client) listChannels(ctx context.Context, cursor string) (list []slackapi.Channel, next string, err error) {
	err = c.call(ctx, methodList, func(ctx context.Context) (err error) {
		list, next, err = c.api.GetConversationsContext(ctx, &slackapi.GetConversationsParameters{
			Cursor: cursor, ExcludeArchived: true, Limit: channelsPage, Types: []string{"public_channel", "private_channel"},
		})
		return err
	})
	return list, next, err
}
