package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// ChannelSinkOptions configure a ChannelSink.
type ChannelSinkOptions struct {
	// Client calls Slack, and has the clock. Required.
	Client *Client
	// Log receives what keeps messages from a channel, once until that changes. Default: slog.Default().
	Log *slog.Logger
	// BotName is the bot's user name, without "@", for "/invite @kargo-bot". Default: DefaultBotName.
	BotName string
}

// ChannelSink tells channels and people what they have not asked for. It implements notify.Sink for messages
// whose Target has a Channel.
//
// PartCard is a message, edited as it goes. Every other part is told once: it calls somebody, if it has a
// Mention. A message with a ReplyTo is in the thread below that, or in the channel if somebody deleted that.
//
// Where nobody can be told anything now but may be when somebody has made the channel, invited the bot or added
// a scope, messages are deferred, and Trouble says what to do.
type ChannelSink struct {
	client    *Client
	channels  *channels
	obstacles *obstacles
	botName   string
}

var _ notify.Sink = (*ChannelSink)(nil)

// NewChannelSink returns a ChannelSink. It makes no call.
func NewChannelSink(o ChannelSinkOptions) (*ChannelSink, error) {
	if o.Client == nil {
		return nil, errors.New("slack: a channel sink needs a Client")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.BotName == "" {
		o.BotName = DefaultBotName
	}
	return &ChannelSink{
		client: o.Client, channels: newChannels(o.Client), obstacles: newObstacles(o.Client.now, o.Log), botName: o.BotName,
	}, nil
}

// Trouble says for people what keeps messages from a channel or a person, and what helps, as of the last that
// was to be sent there; "" if nothing does. The name is that of a notify.Channel.
func (s *ChannelSink) Trouble(name string) string { return s.obstacles.text(name) }

// Resolve returns the ID of a channel as messages name it, or why it is not known.
func (s *ChannelSink) Resolve(ctx context.Context, name string) (id string, err error) {
	if !strings.HasPrefix(name, "#") {
		return name, nil
	}
	return s.channels.id(ctx, name)
}

// Address implements notify.Sink.
func (s *ChannelSink) Address(m notify.Message) string {
	if m.Target.Channel == nil {
		return ""
	}
	return m.Target.Channel.Name
}

// Interval implements notify.Sink.
func (s *ChannelSink) Interval() time.Duration { return interval }

// Find implements notify.Sink.
func (s *ChannelSink) Find(ctx context.Context, m notify.Message) (id string, err error) {
	return s.inChannel(ctx, m, func(channel string) (address, error) {
		var below []address
		if root, ok := parseAddress(m.ReplyTo); ok {
			below = append(below, root)
		}
		at, _, err := s.client.find(ctx, m, channel, below...)
		return at, err
	})
}

// Post implements notify.Sink.
func (s *ChannelSink) Post(ctx context.Context, m notify.Message) (id string, err error) {
	return s.inChannel(ctx, m, func(channel string) (address, error) {
		root, ok := parseAddress(m.ReplyTo)
		if !ok {
			return s.client.post(ctx, destination{channel: channel, unasked: true}, renderUnasked(m), m.Marker)
		}
		at, err := s.client.post(ctx, destination{channel: root.channel, thread: root.ts, unasked: true}, renderUnasked(m), m.Marker)
		if isNoThread(err) {
			return s.client.post(ctx, destination{channel: root.channel, unasked: true}, renderUnasked(m), m.Marker)
		}
		return at, err
	})
}

// Update implements notify.Sink.
func (s *ChannelSink) Update(ctx context.Context, id string, m notify.Message) error {
	at, ok := parseAddress(id)
	if !ok {
		return &notify.Undeliverable{Reason: fmt.Sprintf("%q is not the ID of a message in Slack.", chatops.Fit(clean(id), 60))}
	}
	name, err := nameOfChannel(m)
	if err != nil {
		return err
	}
	if err := s.obstacles.wait(name); err != nil {
		return err
	}
	return s.sorted(name, s.client.update(ctx, at, renderUnasked(m), m.Marker))
}

// inChannel does something in the channel that a message is for. It returns the ID of the message, or "" if
// there is none.
func (s *ChannelSink) inChannel(ctx context.Context, m notify.Message, do func(channel string) (address, error)) (id string, err error) {
	name, err := nameOfChannel(m)
	if err != nil {
		return "", err
	}
	if err := s.obstacles.wait(name); err != nil {
		return "", err
	}
	channel, err := s.channel(ctx, name)
	if err != nil {
		return "", s.sorted(name, err)
	}
	at, err := do(channel)
	if err := s.sorted(name, err); err != nil || at == (address{}) {
		return "", err
	}
	return at.String(), nil
}

// channel returns the ID of what a name stands for.
func (s *ChannelSink) channel(ctx context.Context, name string) (string, error) {
	switch {
	case strings.HasPrefix(name, "#"):
		return s.channels.id(ctx, name)
	case isPerson(name):
		return s.client.openDM(ctx, name)
	default:
		return name, nil
	}
}

// sorted puts an error in the terms of notify.Sink, and remembers what it says of the channel.
func (s *ChannelSink) sorted(name string, err error) error {
	if err == nil {
		s.obstacles.pass(name)
		return nil
	}
	if isCode(err, "channel_not_found") {
		s.channels.forget(name)
		s.client.dms.Remove(name)
	}
	if met, ok := obstacleTo(name, s.botName, err); ok {
		return s.obstacles.meet(name, met, err)
	}
	return sinkError(err)
}

// nameOfChannel returns the name of the channel or the person that a message is for.
func nameOfChannel(m notify.Message) (string, error) {
	if c := m.Target.Channel; c != nil && (isID(c.Name) || len(c.Name) > 1 && c.Name[0] == '#') {
		return c.Name, nil
	}
	return "", &notify.Undeliverable{Reason: "It is not known which channel in Slack this is for."}
}

// renderUnasked puts a message in the form of its part.
func renderUnasked(m notify.Message) rendered {
	if m.Part == v1alpha1.PartCard {
		return renderCalling(m.Card, m.Mention, note{})
	}
	return renderResult(m.Card, m.Mention, note{})
}
