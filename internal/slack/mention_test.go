package slack

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

func TestMentions(t *testing.T) {
	for id, want := range map[string]string{
		"U42": "<@U42>", "T01/U42": "<@U42>", "W42": "<@W42>", "S0123": "<!subteam^S0123>", "T01/S0123": "<!subteam^S0123>",
	} {
		if who, ok := mentionOf(chatops.Actor{Source: chatops.SourceSlack, ID: id}); !ok || who.markup != want {
			t.Errorf("%s is called %q, want %q", id, who.markup, want)
		}
	}
	for _, actor := range []chatops.Actor{
		{}, {Source: chatops.SourceSlack}, {Source: chatops.SourceGitHub, ID: "U42"},
		{Source: chatops.SourceSlack, ID: "octocat"}, {Source: chatops.SourceSlack, ID: "C7"}, {Source: chatops.SourceSlack, ID: "/U42"},
		{Source: chatops.SourceSlack, ID: "t01/U42"}, {Source: chatops.SourceSlack, ID: "T01/T02/U42"},
		{Source: chatops.SourceSlack, ID: "S0123> <!channel"}, {Source: chatops.SourceSlack, ID: "T01/S0123|x"},
	} {
		if who, ok := mentionOf(actor); ok {
			t.Errorf("%+v is called %q", actor, who.markup)
		}
	}
}
