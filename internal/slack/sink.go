package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// DefaultBotName is what people call the bot in Slack unless its app says otherwise.
const DefaultBotName = "kargo-bot"

// interval is the least time between two edits of a message. Slack allows about one a second.
const interval = time.Second

// SinkOptions configure a Sink.
type SinkOptions struct {
	// Client calls Slack. Required.
	Client *Client
	// Sealer opens the response_urls that the Intake sealed. Required.
	Sealer *Sealer
	// BotName is the bot's user name, without "@", for "/invite @kargo-bot". Default: DefaultBotName.
	BotName string
}

// Sink shows messages in Slack. It implements notify.Sink.
//
// PartCard is a message in the channel where the command was typed, edited as it goes. PartResult is
// a reply below it that calls the person. What was asked for in a thread has both of them in there, one
// after the other. PartReaction is nothing in Slack: a slash command leaves no message to react to.
//
// Where the bot isn't a member, it speaks to the person alone: through the command's response_url,
// which Slack closes after half an hour or five messages, and after that in a direct message. So the
// response_url carries the first card, with the advice to invite the bot, and the end; not each step.
//
// What is in a channel or a direct message is found again by its metadata. What went through a
// response_url can't be: if the bot dies just then, that one person may be told twice.
type Sink struct {
	client  *Client
	sealer  *Sealer
	botName string
}

var _ notify.Sink = (*Sink)(nil)

// NewSink returns a Sink.
func NewSink(o SinkOptions) (*Sink, error) {
	if o.Client == nil || o.Sealer == nil {
		return nil, errors.New("slack: a sink needs a Client and a Sealer")
	}
	if o.BotName == "" {
		o.BotName = DefaultBotName
	}
	return &Sink{client: o.Client, sealer: o.Sealer, botName: o.BotName}, nil
}

// Address implements notify.Sink.
func (s *Sink) Address(m notify.Message) string {
	if m.Target.Slack == nil {
		return ""
	}
	return m.Target.Slack.Channel
}

// Interval implements notify.Sink.
func (s *Sink) Interval() time.Duration { return interval }

// Post implements notify.Sink.
func (s *Sink) Post(ctx context.Context, m notify.Message) (id string, err error) {
	origin, err := originOf(m)
	if err != nil || m.Part == v1alpha1.PartReaction {
		return idNone, err
	}
	if m.ReplyTo == idResponse {
		return s.tellAlone(ctx, m, *origin)
	}
	at, err := s.postInChannel(ctx, m, *origin)
	if isNotMember(err) {
		return s.tellAlone(ctx, m, *origin)
	}
	if err != nil {
		return "", sinkError(err)
	}
	return at.String(), nil
}

// postInChannel posts a message in its thread, and in the channel where there is none.
func (s *Sink) postInChannel(ctx context.Context, m notify.Message, origin v1alpha1.SlackOrigin) (address, error) {
	channel := origin.Channel
	for _, root := range rootsOf(m, origin) {
		channel = root.channel
		at, err := s.client.post(ctx, destination{channel: channel, thread: root.ts}, s.render(m, channel), m.Marker)
		if !isNoThread(err) {
			return at, err
		}
		// Somebody deleted that. The person is to be told all the same.
	}
	return s.client.post(ctx, destination{channel: channel}, s.render(m, channel), m.Marker)
}

// rootsOf returns the messages that a message may be below, the first that is there before the others: that of
// the thread it was asked for in, and for a result the card, which is in the channel where there is no thread.
func rootsOf(m notify.Message, origin v1alpha1.SlackOrigin) []address {
	var roots []address
	if thread, ok := parseAddress(origin.Channel + ":" + origin.Thread); ok {
		roots = append(roots, thread)
	}
	card, ok := parseAddress(m.ReplyTo)
	switch {
	case m.Part != v1alpha1.PartResult || !ok:
		return roots
	case card.channel != origin.Channel:
		// The card is in the person's direct messages.
		return []address{card}
	default:
		return append(roots, card)
	}
}

// tellAlone speaks to the person who asked: through the response_url while it lasts, else directly.
func (s *Sink) tellAlone(ctx context.Context, m notify.Message, origin v1alpha1.SlackOrigin) (string, error) {
	if responseURL, ok := s.openReply(m, origin); ok {
		// The end takes the first card's place, which would go on saying that all is under way.
		replace := m.Part == v1alpha1.PartResult && m.ReplyTo == idResponse && replacesOwn(responseURL)
		err := s.client.respond(ctx, responseURL, s.render(m, idResponse), replace)
		switch {
		case err == nil:
			return idResponse, nil
		case !isClosed(err):
			return "", sinkError(err)
		}
	}
	at, err := s.client.post(ctx, destination{channel: origin.User}, s.render(m, origin.User), m.Marker)
	if err != nil {
		return "", sinkError(err)
	}
	return at.String(), nil
}

// replacesOwn reports whether what a response_url replaces is what was said through it before. That is so
// for a command's; a click's replaces the message with the button, which others may see.
func replacesOwn(responseURL string) bool {
	u, err := url.Parse(responseURL)
	return err == nil && strings.HasPrefix(u.Path, "/commands/")
}

// responseLife is how long Slack takes messages at a response_url, less a margin for the way:
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
const responseLife = 30*time.Minute - 10*time.Second

// openReply returns the response_url of a message, if there is one that is not too old.
func (s *Sink) openReply(m notify.Message, origin v1alpha1.SlackOrigin) (string, bool) {
	if m.SealedReply == "" {
		return "", false
	}
	responseURL, at, err := s.sealer.Open(m.SealedReply, origin)
	return responseURL, err == nil && s.client.now().Sub(at) < responseLife
}

// Update implements notify.Sink. What was sent through a response_url stays as it is.
func (s *Sink) Update(ctx context.Context, id string, m notify.Message) error {
	if id == idNone || id == idResponse {
		return nil
	}
	at, ok := parseAddress(id)
	if !ok {
		return &notify.Undeliverable{Reason: fmt.Sprintf("%q is not the ID of a message in Slack.", chatops.Fit(clean(id), 60))}
	}
	if _, err := originOf(m); err != nil {
		return err
	}
	return sinkError(s.client.update(ctx, at, s.render(m, at.channel), m.Marker))
}

// render puts a message in the form for where it goes: a channel, a person's direct messages, or
// idResponse. Away from where it was asked for, it says so.
func (s *Sink) render(m notify.Message, where string) rendered {
	var remark note
	switch isResult := m.Part == v1alpha1.PartResult; {
	case where == m.Target.Slack.Channel, where == idResponse && isResult:
	case where == idResponse:
		remark = noteHere(s.botName)
	default:
		remark = noteElsewhere(m.Target.Slack.Channel, s.botName, isResult)
	}
	if m.Part == v1alpha1.PartResult {
		return renderResult(m.Card, m.Mention, remark)
	}
	return renderCard(m.Card, remark)
}

func originOf(m notify.Message) (*v1alpha1.SlackOrigin, error) {
	o := m.Target.Slack
	if o == nil || !isID(o.Channel) || !isID(o.User) {
		return nil, &notify.Undeliverable{Reason: "It is not known where in Slack this was asked for."}
	}
	return o, nil
}
