package slack

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func TestStandingNamesScopesAndChannels(t *testing.T) {
	w := newWorld(t)
	team := w.slack.Config().Workspace.ID
	e := Examiner{
		Client: w.client, Teams: []string{team}, Scopes: append(RequiredScopes(true, true), "admin"),
		Channels: []string{"#deploys", inChannel, "#random", "#nowhere", "#secret-plans"},
	}
	standing, err := e.Standing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := doctor.SlackStanding{
		UserName: standing.UserName, Missing: []string{"admin"}, Absent: []string{"#random"},
		// A private channel that the bot is not in is not shown to it.
		Unknown: []string{"#nowhere", "#secret-plans"},
	}
	if diff := cmp.Diff(want, standing); diff != "" || standing.UserName == "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestStandingWithoutTheScopeForChannels(t *testing.T) {
	w := newWorld(t, func(c *slackfake.Config) { c.App.Scopes = []string{"chat:write"} })
	standing, err := Examiner{
		Client: w.client, Teams: []string{w.slack.Config().Workspace.ID}, Scopes: []string{"chat:write", "channels:read"}, Channels: []string{"#deploys"},
	}.Standing(t.Context())
	if err != nil || !standing.ChannelsUnread || len(standing.Unknown) > 0 {
		t.Errorf("%+v, %v", standing, err)
	}
	if diff := cmp.Diff([]string{"channels:read"}, standing.Missing); diff != "" {
		t.Error(diff)
	}
}

func TestStandingInAnotherWorkspace(t *testing.T) {
	w := newWorld(t)
	_, err := Examiner{Client: w.client, Teams: []string{"T000"}}.Standing(t.Context())
	if err == nil || !strings.Contains(err.Error(), "slack.teams") {
		t.Errorf("%v", err)
	}
}
