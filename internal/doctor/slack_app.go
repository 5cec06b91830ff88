package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

func slackCheck() check {
	return check{
		name:  "slack-app",
		looks: "the scopes of the bot's token in Slack, and whether the bot is in the channels that the configuration names",
		finds: "scopes that are missing, channels that the bot is not in, and channels that there are none of",
		needs: needSlack,
		scope: once,
		find:  slackApp,
	}
}

// slackApp finds what keeps the bot from speaking in Slack.
func slackApp(ctx context.Context, s *state) []finding {
	if s.Slack == nil {
		s.cannot(s.WithoutSlack)
		return nil
	}
	standing, err := s.Slack.Standing(ctx)
	if err != nil {
		s.cannot(words("Slack", err))
		return nil
	}
	var all []finding
	if len(standing.Missing) > 0 {
		all = append(all, finding{Finding: answers.Finding{
			Severity: answers.SeverityError, Subject: "Slack",
			What: fmt.Sprintf("The Slack app lacks %s.", list("scope", standing.Missing)),
			Why:  "What needs it does not work: finding people, telling channels, or finding its own messages again.",
			Fix:  "Add it on the app's page (https://api.slack.com/apps) under OAuth & Permissions, Bot Token Scopes, and install the app again. deploy/slack/manifest.yaml has them all.",
		}})
	}
	for _, channel := range standing.Absent {
		all = append(all, finding{Finding: answers.Finding{
			Severity: answers.SeverityError, Subject: "Slack channel/" + channel,
			What: fmt.Sprintf("The bot is not in the channel %s, which the configuration names.", channel),
			Why:  "Nothing of what is to be told there arrives.",
			Fix:  fmt.Sprintf("In that channel, type: `/invite @%s`", standing.UserName),
		}})
	}
	for _, channel := range standing.Unknown {
		all = append(all, finding{Finding: answers.Finding{
			Severity: answers.SeverityError, Subject: "Slack channel/" + channel,
			What: fmt.Sprintf("The bot can see no channel %s, which the configuration names.", channel),
			Why:  "Nothing of what is to be told there arrives.",
			Fix:  fmt.Sprintf("Correct its name, or make it. If it is private, type there: `/invite @%s`", standing.UserName),
		}})
	}
	if standing.ChannelsUnread {
		s.cannot("Not all channels of Slack could be read: the bot lacks channels:read, or Slack asked it to slow down.")
	}
	return all
}

// list enumerates what there is one or several of: "scope chat:write", "scopes a and b".
func list(noun string, names []string) string {
	names = names[:min(len(names), mostNames)]
	switch len(names) {
	case 0:
		return noun
	case 1:
		return "the " + noun + " " + names[0]
	default:
		return "the " + noun + "s " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	}
}
