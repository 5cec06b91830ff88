package slack

import (
	"errors"
	"net/url"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// umbrella is the slash command that every command can also be written behind: "/kargo promote".
const umbrella = "/kargo"

// nameLimit bounds a person's name as it is kept and shown, in characters.
const nameLimit = 80

// slashCommand is what Slack posts when somebody types a command:
// https://docs.slack.dev/interactivity/implementing-slash-commands
type slashCommand struct {
	app, team, channel, user string
	userName                 string
	line                     string
	responseURL              string
	trigger                  string
}

// origin returns where the command was typed, and by whom.
func (c slashCommand) origin() v1alpha1.SlackOrigin {
	return v1alpha1.SlackOrigin{Team: c.team, Channel: c.channel, User: c.user}
}

// errForm means that a form lacks what every slash command has. Its text tells nothing of the form.
var errForm = errors.New("the form is not that of a slash command")

// parseCommand reads the form of a slash command.
func parseCommand(form url.Values) (slashCommand, error) {
	c := slashCommand{
		app:         form.Get("api_app_id"),
		team:        form.Get("team_id"),
		channel:     form.Get("channel_id"),
		user:        form.Get("user_id"),
		userName:    chatops.Fit(cleanLine(form.Get("user_name")), nameLimit),
		line:        commandLine(form.Get("command"), form.Get("text")),
		responseURL: form.Get("response_url"),
		trigger:     form.Get("trigger_id"),
	}
	if !isID(c.team) || !isID(c.channel) || !isID(c.user) || !isTrigger(c.trigger) || c.line == "" {
		return slashCommand{}, errForm
	}
	return c, nil
}

// isTrigger reports whether a trigger_id is one: what tells this request from all others.
func isTrigger(s string) bool {
	const longest = 200
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// commandLine returns what was typed as chatops reads it: "/promote red production", be it typed so
// or as "/kargo promote red production". It is empty if there is no command.
func commandLine(command, text string) string {
	if len(command) < 2 || command[0] != '/' {
		return ""
	}
	text = strings.TrimSpace(unescape(text))
	switch {
	case !strings.EqualFold(command, umbrella):
		return strings.TrimSpace(command + " " + text)
	case text == "":
		return "/help"
	default:
		return "/" + strings.TrimPrefix(text, "/")
	}
}

// unescape turns Slack's form of what was typed back into what was typed: links that Slack made of
// words, mentions, and the three escaped characters.
// https://docs.slack.dev/messaging/formatting-message-text#parsing
func unescape(text string) string {
	var out strings.Builder
	for {
		before, rest, opened := strings.Cut(text, "<")
		inside, after, closed := strings.Cut(rest, ">")
		if !opened || !closed {
			out.WriteString(text)
			break
		}
		out.WriteString(before)
		out.WriteString(typed(inside))
		text = after
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(out.String())
}

// typed returns what somebody typed to get <inside>: "@octocat" for "@U42|octocat", "example.com" for
// "http://example.com|example.com".
func typed(inside string) string {
	target, label, _ := strings.Cut(inside, "|")
	sign := ""
	switch {
	case strings.HasPrefix(target, "@"), strings.HasPrefix(target, "#"):
		sign, target = target[:1], target[1:]
	case strings.HasPrefix(target, "!"):
		sign, target = "@", target[1:]
	default:
		target = strings.TrimPrefix(target, "mailto:")
	}
	if label == "" {
		label = target
	}
	return sign + strings.TrimPrefix(label, sign)
}
