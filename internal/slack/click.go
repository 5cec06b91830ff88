package slack

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// typeBlockActions is the type of the payload of a click on an element of a message.
const typeBlockActions = "block_actions"

// interaction is what Slack posts when somebody uses something interactive, as far as the bot reads it:
// https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
type interaction struct {
	Type  string `json:"type"`
	AppID string `json:"api_app_id"`
	Team  struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Username string `json:"username"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Type        string `json:"type"`
		MessageTS   string `json:"message_ts"`
		ThreadTS    string `json:"thread_ts"`
		ChannelID   string `json:"channel_id"`
		IsEphemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	ResponseURL string `json:"response_url"`
	Actions     []struct {
		Type     string `json:"type"`
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
	} `json:"actions"`
}

// click is a click on a button of the bot.
type click struct {
	// origin is where the message is, who clicked, and not who asked for what the message is about, and the
	// thread that the answer belongs in.
	origin   v1alpha1.SlackOrigin
	userName string
	// message is the timestamp of the message, which is its ID in the channel.
	message string
	// ephemeral says that only who clicked sees the message.
	ephemeral   bool
	value       buttonValue
	responseURL string
	// key is the same for every click of the same person on the same button of the same message.
	key string
}

// parseInteraction reads a payload. It returns "", or what is to be done about it instead.
func parseInteraction(payload string) (interaction, outcome) {
	var in interaction
	if err := json.Unmarshal([]byte(payload), &in); err != nil || in.Type == "" {
		return interaction{}, outcomeForm
	}
	if in.Type != typeBlockActions {
		return interaction{}, outcomeIgnored
	}
	return in, ""
}

// click returns the click on a button of the bot that an interaction is. It returns "", or what it is
// instead.
func (in interaction) click() (click, outcome) {
	value, ours := in.value()
	if !ours {
		return click{}, outcomeIgnored
	}
	button, err := decodeButton(value)
	_, hasAddress := parseAddress(in.Channel.ID + ":" + in.Container.MessageTS)
	_, hasThread := parseAddress(in.Channel.ID + ":" + in.thread())
	switch {
	case err != nil, !hasAddress, !hasThread && in.thread() != "",
		!isID(in.Team.ID), !isID(in.User.ID),
		in.Container.Type != "message", in.Container.ChannelID != in.Channel.ID:
		return click{}, outcomeForm
	}
	origin := v1alpha1.SlackOrigin{Team: in.Team.ID, Channel: in.Channel.ID, User: in.User.ID}
	if button.InThread {
		origin.Thread = in.thread()
	}
	return click{
		origin:      origin,
		userName:    chatops.Fit(cleanLine(in.User.Username), nameLimit),
		message:     in.Container.MessageTS,
		ephemeral:   in.Container.IsEphemeral,
		value:       button,
		responseURL: in.ResponseURL,
		key:         in.key(value),
	}, ""
}

// thread returns the thread of the message: the one that it begins, or that it is in, since a reply has none of
// its own. It is empty for a message that only one person sees, which nothing can be below.
func (in interaction) thread() string {
	if in.Container.IsEphemeral {
		return ""
	}
	return cmp.Or(in.Container.ThreadTS, in.Message.ThreadTS, in.Container.MessageTS)
}

// value returns the value of the bot's button that was clicked; false if it was something else.
func (in interaction) value() (string, bool) {
	for _, action := range in.Actions {
		if action.Type == "button" && strings.HasPrefix(action.ActionID, actionPrefix) {
			return action.Value, true
		}
	}
	return "", false
}

// key identifies the request by what was clicked and by whom, and not by the click: who clicks twice
// means it once. No key of a slash command begins like that, as those begin with the ID of a team.
func (in interaction) key(value string) string {
	sum := sha256.Sum256([]byte(value))
	return strings.Join([]string{
		"click", in.Team.ID, in.Channel.ID, in.Container.MessageTS, in.User.ID, hex.EncodeToString(sum[:]),
	}, "/")
}
