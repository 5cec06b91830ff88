package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
)

// Examiner tells how the app stands. It implements doctor.Slack.
type Examiner struct {
	Client *Client
	// Teams are the IDs of the workspaces that are served.
	Teams []string
	// Scopes are those that are needed: see RequiredScopes.
	Scopes []string
	// Channels are those that the configuration names, by name or ID.
	Channels []string
}

// mostExaminedPages bounds the channels that are read: see channelsPage.
const mostExaminedPages = 5

// Standing implements doctor.Slack.
func (e Examiner) Standing(ctx context.Context) (doctor.SlackStanding, error) {
	id, err := e.Client.Check(ctx, e.Teams)
	switch {
	case isCode(err, "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type"):
		return doctor.SlackStanding{}, doctor.Unlooked("Slack does not accept the bot's token: take the Bot User OAuth Token from OAuth & Permissions on the app's page.")
	case errors.Is(err, ErrMisconfigured):
		return doctor.SlackStanding{}, doctor.Unlooked("The bot's token is of a workspace that slack.teams does not name.")
	case err != nil:
		return doctor.SlackStanding{}, doctor.Unlooked("Slack did not answer, or asks to be left alone for a while. Try again.")
	}
	standing := doctor.SlackStanding{UserName: cleanLine(id.UserName), Missing: id.Lacks(e.Scopes)}
	if len(e.Channels) == 0 {
		return standing, nil
	}
	seen, all := e.channels(ctx)
	for _, name := range e.Channels {
		i := slices.IndexFunc(seen, func(c slackapi.Channel) bool { return c.ID == name || channelKey(c.Name) == channelKey(name) })
		switch {
		case i >= 0 && !seen[i].IsMember:
			standing.Absent = append(standing.Absent, name)
		case i < 0 && all:
			standing.Unknown = append(standing.Unknown, name)
		case i < 0:
			standing.ChannelsUnread = true
		}
	}
	return standing, nil
}

// channels returns the channels that the bot can see, and whether these are all.
func (e Examiner) channels(ctx context.Context) (seen []slackapi.Channel, all bool) {
	cursor := ""
	for range mostExaminedPages {
		page, next, err := e.Client.listChannels(ctx, cursor)
		if err != nil {
			return seen, false
		}
		if seen, cursor = append(seen, page...), next; next == "" {
			return seen, true
		}
	}
	return seen, false
}

// Time asks what time it is at Slack, to the second.
func (c *Client) Time(ctx context.Context) (time.Time, error) {
	var answer *slackapi.AuthTestResponse
	err := c.call(ctx, methodAuthTest, func(ctx context.Context) (err error) {
		answer, err = c.api.AuthTestContext(ctx)
		return err
	})
	if err != nil {
		return time.Time{}, err
	}
	at, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read the clock of Slack: %w", err)
	}
	return at, nil
}
