package slack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// ErrMisconfigured is what Check returns, wrapped in what to do about it, if a retry would be of no use.
var ErrMisconfigured = errors.New("the configuration of Slack is wrong")

// Identity is who the bot is to Slack.
type Identity struct {
	// Team and TeamName are the ID and the name of its workspace.
	Team     string
	TeamName string
	// User and UserName are the ID and the name of the bot's user: "/invite @<UserName>".
	User     string
	UserName string
	// Scopes are what the token may do; nil if Slack doesn't say.
	Scopes []string
}

// RequiredScopes returns the scopes that the bot needs, with those for user groups, and those to tell channels
// what nobody there has asked for, if they are wanted.
func RequiredScopes(groups, notifications bool) []string {
	scopes := []string{
		"channels:history", "chat:write", "commands", "groups:history", "im:history", "im:write",
		"users:read", "users:read.email",
	}
	if groups {
		scopes = append(scopes, "usergroups:read")
	}
	if notifications {
		// A channel's name is looked up among all channels that the bot can see.
		scopes = append(scopes, "channels:read", "groups:read")
	}
	return scopes
}

// Lacks returns which of the scopes the token does not have. It returns none if Slack doesn't say.
func (i Identity) Lacks(scopes []string) []string {
	if i.Scopes == nil {
		return nil
	}
	var missing []string
	for _, scope := range scopes {
		if !slices.Contains(i.Scopes, scope) {
			missing = append(missing, scope)
		}
	}
	return missing
}

// Check asks Slack who the bot is, and reports an error that says what to do if the token is not
// accepted or belongs to none of the workspaces.
func (c *Client) Check(ctx context.Context, teams []string) (Identity, error) {
	var answer *slackapi.AuthTestResponse
	err := c.call(ctx, methodAuthTest, func(ctx context.Context) (err error) {
		answer, err = c.api.AuthTestContext(ctx)
		return err
	})
	if isCode(err, "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "not_allowed_token_type") {
		return Identity{}, fmt.Errorf("slack doesn't accept the bot token; take the Bot User OAuth Token (xoxb-…) "+
			"from \"OAuth & Permissions\" on the app's page: %w: %w", ErrMisconfigured, err)
	}
	if err != nil {
		return Identity{}, err
	}
	if !slices.Contains(teams, answer.TeamID) {
		return Identity{}, fmt.Errorf("slack's bot token belongs to the workspace %s (%s), which is not among those to be served (%s): %w",
			chatops.Fit(clean(answer.TeamID), 40), chatops.Fit(cleanLine(answer.Team), 80), strings.Join(teams, ", "), ErrMisconfigured)
	}
	id := Identity{Team: answer.TeamID, TeamName: answer.Team, User: answer.UserID, UserName: answer.User}
	if header := answer.Header.Get("X-OAuth-Scopes"); header != "" {
		for scope := range strings.SplitSeq(header, ",") {
			id.Scopes = append(id.Scopes, strings.TrimSpace(scope))
		}
	}
	return id, nil
}
