package slackfake

import (
	"encoding/base64"
	"slices"
	"strings"
)

// conversation finds the channel or DM that an argument names by id. The app sees
// private ones only from inside.
func (s *Slack) conversation(c *call) (*channel, *apiError) {
	id, err := c.required("channel")
	if err != nil {
		return nil, err
	}
	target := s.channels[id]
	if target == nil || target.Private && !target.BotIn {
		return nil, refused("channel_not_found", "%s", id)
	}
	return target, nil
}

// scopePrefix is the scope family of a conversation: channels, groups or im.
func (c *channel) scopePrefix() string {
	switch {
	case c.dm != "":
		return "im"
	case c.Private:
		return "groups"
	}
	return "channels"
}

// readable finds a conversation that the token may read with "<family>:<right>".
func (s *Slack) readable(c *call, right string) (*channel, *apiError) {
	target, err := s.conversation(c)
	if err != nil {
		return nil, err
	}
	if scope := target.scopePrefix() + ":" + right; !s.hasScope(scope) {
		return nil, s.missingScope(scope)
	}
	return target, nil
}

// conversationsInfo: https://docs.slack.dev/reference/methods/conversations.info
func (s *Slack) conversationsInfo(c *call) (answer, *apiError) {
	target, err := s.readable(c, "read")
	if err != nil {
		return nil, err
	}
	return answer{"channel": s.channelJSON(target, c.boolean("include_num_members"))}, nil
}

// conversationsList: https://docs.slack.dev/reference/methods/conversations.list
func (s *Slack) conversationsList(c *call) (answer, *apiError) {
	kinds := map[string]string{"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}
	types := c.args["types"]
	fill(&types, "public_channel")
	wanted := map[string]bool{}
	for name := range strings.SplitSeq(types, ",") {
		prefix, ok := kinds[strings.TrimSpace(name)]
		if !ok {
			return nil, refused("invalid_types", "%q", types)
		}
		if scope := prefix + ":read"; !s.hasScope(scope) {
			return nil, s.missingScope(scope)
		}
		wanted[prefix] = true
	}
	limit, err := c.limit(100, 1000)
	if err != nil {
		return nil, err
	}
	after, err := c.cursor()
	if err != nil {
		return nil, err
	}
	var ids []string
	for id, target := range s.channels {
		visible := !target.Private || target.BotIn
		kept := !target.Archived || !c.boolean("exclude_archived")
		if wanted[target.scopePrefix()] && visible && kept && id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	next := ""
	if len(ids) > limit {
		ids = ids[:limit]
		next = newCursor(ids[limit-1])
	}
	channels := make([]answer, len(ids))
	for i, id := range ids {
		channels[i] = s.channelJSON(s.channels[id], true)
	}
	return answer{"channels": channels, "response_metadata": answer{"next_cursor": next}}, nil
}

// conversationsOpen opens a DM: https://docs.slack.dev/reference/methods/conversations.open
// Group DMs are not part of the fake.
func (s *Slack) conversationsOpen(c *call) (answer, *apiError) {
	users := c.args["users"]
	switch {
	case users == "":
		return nil, refused("users_list_not_supplied", "conversations.open without users")
	case strings.Contains(users, ","):
		return nil, refused("method_not_supported_for_channel_type", "group DMs")
	}
	user := s.users[users]
	switch {
	case user == nil:
		return nil, refused("user_not_found", "%s", users)
	case user.Deleted:
		return nil, refused("user_disabled", "%s", users)
	case user.IsBot:
		return nil, refused("cannot_dm_bot", "%s", users)
	}
	already := s.channels["D"+user.ID] != nil
	target := s.dm(user)
	body := answer{"channel": answer{"id": target.ID}, "no_op": already, "already_open": already}
	if c.boolean("return_im") {
		body["channel"] = s.channelJSON(target, false)
	}
	return body, nil
}

// channelJSON is a conversation as Slack describes it.
func (s *Slack) channelJSON(c *channel, withCount bool) answer {
	if c.dm != "" {
		return answer{
			"id": c.ID, "user": c.dm, "is_im": true, "is_org_shared": false,
			"is_user_deleted": s.users[c.dm].Deleted, "is_open": true,
		}
	}
	body := answer{
		"id": c.ID, "name": c.Name, "name_normalized": c.Name,
		"is_channel": !c.Private, "is_group": c.Private, "is_im": false, "is_mpim": false,
		"is_private": c.Private, "is_archived": c.Archived, "is_member": c.BotIn,
		"is_general": false, "is_shared": false, "is_ext_shared": false, "is_org_shared": false,
		"context_team_id": s.config.Workspace.ID,
		"topic":           answer{"value": ""}, "purpose": answer{"value": ""},
	}
	if withCount {
		n := len(c.Members)
		if c.Members == nil {
			n = len(s.users)
		}
		body["num_members"] = n
	}
	return body
}

// newCursor and cursor make and read a paging position, which is opaque to the app.
func newCursor(position string) string {
	return base64.StdEncoding.EncodeToString([]byte("next:" + position))
}

func (c *call) cursor() (string, *apiError) {
	value := c.args["cursor"]
	if value == "" {
		return "", nil
	}
	decoded, err := base64.StdEncoding.DecodeString(value)
	position, ok := strings.CutPrefix(string(decoded), "next:")
	if err != nil || !ok {
		return "", refused("invalid_cursor", "%.80q", value)
	}
	return position, nil
}
