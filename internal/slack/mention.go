package slack

import (
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// calling calls a person or a user group: in rich text, and in Slack's markup.
type calling struct {
	element element
	markup  string
}

// mentionOf returns how to call an actor; false if it is nobody in Slack. The ID may have a team in front,
// "T01/U42"; one that begins with S is that of a user group.
func mentionOf(actor chatops.Actor) (calling, bool) {
	id := actor.ID
	if team, rest, found := strings.Cut(id, "/"); found {
		if !isID(team) {
			return calling{}, false
		}
		id = rest
	}
	switch {
	case actor.Source != chatops.SourceSlack || !isID(id):
		return calling{}, false
	case isPerson(id):
		return calling{slackapi.NewRichTextSectionUserElement(id, nil), "<@" + id + ">"}, true
	case id[0] == 'S':
		return calling{slackapi.NewRichTextSectionUserGroupElement(id), "<!subteam^" + id + ">"}, true
	default:
		return calling{}, false
	}
}

// isPerson reports whether an ID is that of a person: "U42", or "W42" in an organization of workspaces.
func isPerson(id string) bool { return isID(id) && (id[0] == 'U' || id[0] == 'W') }
