package slack

import (
	"strings"

	slackapi "github.com/slack-go/slack"
)

// note is a remark of the bot's own about the message it stands in, below all else.
type note struct {
	line []element
	text string // the same in Slack's markup
}

// noteHere says that a message is seen by one person only and not kept up to date.
func noteHere(botName string) note {
	const why = "I'm not in this channel, so this message stays as it is. Invite me with "
	invite := "/invite @" + botName
	return note{
		line: []element{
			plain(why),
			styled(invite, &slackapi.RichTextSectionTextStyle{Code: true}),
			plain(" to see progress here."),
		},
		text: why + "`" + escape(invite) + "` to see progress here.",
	}
}

// noteElsewhere says in a direct message where the command was typed, and unless it is over, how to
// see the progress there.
func noteElsewhere(channel, botName string, over bool) note {
	n := note{line: []element{plain("Asked in ")}, text: "Asked in "}
	if strings.HasPrefix(channel, "D") {
		n.line = append(n.line, plain("another conversation"))
		n.text += "another conversation"
	} else {
		n.line = append(n.line, slackapi.NewRichTextSectionChannelElement(channel, nil))
		n.text += "<#" + channel + ">"
	}
	rest := ", where I'm not a member."
	if !over {
		rest += " Invite me there with /invite @" + botName + " to see progress in the channel."
	}
	n.line = append(n.line, plain(rest))
	n.text += escape(rest)
	return n
}
