package slackfake

import (
	"maps"
	"strings"
)

// authTest: https://docs.slack.dev/reference/methods/auth.test
func (s *Slack) authTest(*call) (answer, *apiError) {
	workspace, app := s.config.Workspace, s.config.App
	return answer{
		"url": "https://" + workspace.Domain + ".slack.com/", "team": workspace.Name, "team_id": workspace.ID,
		"user": app.Name, "user_id": app.BotUserID, "bot_id": app.BotID, "is_enterprise_install": false,
	}, nil
}

// teamInfo: https://docs.slack.dev/reference/methods/team.info
func (s *Slack) teamInfo(*call) (answer, *apiError) {
	workspace := s.config.Workspace
	return answer{"team": answer{"id": workspace.ID, "name": workspace.Name, "domain": workspace.Domain}}, nil
}

// usersInfo: https://docs.slack.dev/reference/methods/users.info
func (s *Slack) usersInfo(c *call) (answer, *apiError) {
	id := c.args["user"]
	user := s.users[id]
	if user == nil {
		return nil, refused("user_not_found", "%q", id)
	}
	return answer{"user": s.userJSON(user)}, nil
}

// usersLookupByEmail: https://docs.slack.dev/reference/methods/users.lookupByEmail
// Deactivated users are not found by their address.
func (s *Slack) usersLookupByEmail(c *call) (answer, *apiError) {
	email := c.args["email"]
	for _, user := range s.users {
		if email != "" && !user.Deleted && strings.EqualFold(user.Email, email) {
			return answer{"user": s.userJSON(user)}, nil
		}
	}
	return nil, refused("users_not_found", "%q", email)
}

// usergroupsList: https://docs.slack.dev/reference/methods/usergroups.list
func (s *Slack) usergroupsList(c *call) (answer, *apiError) {
	groups := []answer{}
	for _, group := range s.groups {
		if group.Disabled && !c.boolean("include_disabled") {
			continue
		}
		body := answer{
			"id": group.ID, "team_id": s.config.Workspace.ID, "is_usergroup": true, "is_external": false,
			"name": group.Name, "handle": group.Handle, "description": "", "date_delete": 0,
		}
		if group.Disabled {
			body["date_delete"] = 1
		}
		if c.boolean("include_users") {
			body["users"] = append([]string{}, group.Users...)
		}
		if c.boolean("include_count") {
			body["user_count"] = len(group.Users)
		}
		groups = append(groups, body)
	}
	return answer{"usergroups": groups}, nil
}

// userJSON is a user as Slack describes one. Deactivated users have no flags but their
// own, and addresses need their scope.
func (s *Slack) userJSON(user *User) answer {
	profile := answer{"real_name": user.RealName, "display_name": user.Name, "team": user.TeamID}
	if user.Email != "" && s.hasScope("users:read.email") {
		profile["email"] = user.Email
	}
	body := answer{
		"id": user.ID, "team_id": user.TeamID, "name": user.Name, "deleted": user.Deleted,
		"profile": profile, "is_bot": user.IsBot, "is_app_user": false,
	}
	if user.Deleted {
		return body
	}
	maps.Copy(body, map[string]any{
		"real_name": user.RealName, "tz": "Europe/Paris", "tz_label": "Central European Time", "tz_offset": 3600,
		"is_admin": false, "is_owner": false, "is_primary_owner": false,
		"is_restricted": user.IsRestricted, "is_ultra_restricted": false,
		"is_email_confirmed": user.Email != "" && !user.EmailUnconfirmed,
	})
	if user.IsStranger {
		body["is_stranger"] = true
	}
	return body
}
