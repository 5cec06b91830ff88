package slackfake

import (
	"encoding/json"
	"math"
	"slices"
)

// conversationsHistory: https://docs.slack.dev/reference/methods/conversations.history
func (s *Slack) conversationsHistory(c *call) (answer, *apiError) {
	target, err := s.readable(c, "history")
	if err != nil {
		return nil, err
	}
	if !target.BotIn {
		return nil, refused("not_in_channel", "%s", target.ID)
	}
	page, err := c.page(100)
	if err != nil {
		return nil, err
	}
	var found []*Message
	for _, m := range slices.Backward(target.messages) {
		shown := m.EphemeralTo == "" && (m.ThreadTS == "" || m.Broadcast)
		if shown && page.holds(m) && (page.after == "" || compareTS(m.TS, page.after) < 0) {
			found = append(found, m)
		}
	}
	return s.pageJSON(target, c, found, page.limit), nil
}

// conversationsReplies: https://docs.slack.dev/reference/methods/conversations.replies
func (s *Slack) conversationsReplies(c *call) (answer, *apiError) {
	target, err := s.readable(c, "history")
	if err != nil {
		return nil, err
	}
	if !target.BotIn {
		return nil, refused("not_in_channel", "%s", target.ID)
	}
	ts, err := c.required("ts")
	if err != nil {
		return nil, err
	}
	_, root := target.find(ts)
	if root == nil || root.EphemeralTo != "" {
		return nil, refused("thread_not_found", "no message %s in %s", ts, target.ID)
	}
	page, err := c.page(1000)
	if err != nil {
		return nil, err
	}
	found := []*Message{root} // on every page, whatever the bounds
	for _, m := range target.replies(root.TS) {
		if page.holds(m) && (page.after == "" || compareTS(m.TS, page.after) > 0) {
			found = append(found, m)
		}
	}
	return s.pageJSON(target, c, found, page.limit+1), nil
}

// replies returns the replies to a message that everybody sees, oldest first.
func (c *channel) replies(ts string) []*Message {
	var replies []*Message
	for _, m := range c.messages {
		if m.ThreadTS == ts && m.EphemeralTo == "" {
			replies = append(replies, m)
		}
	}
	return replies
}

// page is the part of a history that is asked for.
type page struct {
	oldest, latest int64 // microseconds since 1970
	inclusive      bool
	limit          int
	after          string // TS of the last message of the page before
}

func (c *call) page(standard int) (page, *apiError) {
	p := page{inclusive: c.boolean("inclusive")}
	var err *apiError
	if p.oldest, err = c.bound("oldest", 0); err != nil {
		return p, err
	}
	if p.latest, err = c.bound("latest", math.MaxInt64); err != nil {
		return p, err
	}
	if p.limit, err = c.limit(standard, 999); err != nil {
		return p, err
	}
	p.after, err = c.cursor()
	return p, err
}

func (p page) holds(m *Message) bool {
	at, _ := moment(m.TS)
	if p.inclusive {
		return p.oldest <= at && at <= p.latest
	}
	return p.oldest < at && at < p.latest
}

func (s *Slack) pageJSON(target *channel, c *call, found []*Message, limit int) answer {
	body := answer{"has_more": len(found) > limit}
	if len(found) > limit {
		found = found[:limit]
		body["response_metadata"] = answer{"next_cursor": newCursor(found[limit-1].TS)}
	}
	messages := make([]answer, len(found))
	for i, m := range found {
		messages[i] = s.messageJSON(target, m, c.boolean("include_all_metadata"))
	}
	body["messages"] = messages
	return body
}

// messageJSON is a message as Slack hands it out. Without withMetadata only the
// event_type is shown, as Slack does for metadata that no manifest declares.
func (s *Slack) messageJSON(c *channel, m *Message, withMetadata bool) answer {
	body := answer{"type": "message", "user": m.User, "text": m.Text, "ts": m.TS, "team": s.config.Workspace.ID}
	if app := s.config.App; m.User == app.BotUserID {
		body["bot_id"], body["app_id"] = app.BotID, app.ID
		body["bot_profile"] = answer{"id": app.BotID, "app_id": app.ID, "name": app.Name, "team_id": s.config.Workspace.ID, "deleted": false}
	}
	for name, raw := range map[string]json.RawMessage{"blocks": m.Blocks, "attachments": m.Attachments} {
		if raw != nil {
			body[name] = raw
		}
	}
	if m.Metadata != nil {
		body["metadata"] = &Metadata{EventType: m.Metadata.EventType}
		if withMetadata {
			body["metadata"] = m.Metadata
		}
	}
	if edited := m.Versions[len(m.Versions)-1]; len(m.Versions) > 1 && m.Blocks == nil {
		body["edited"] = answer{"user": m.User, "ts": seconds(edited.At)}
	}
	if m.Reactions != nil {
		body["reactions"] = reactionsJSON(m.Reactions)
	}
	s.addThread(body, c, m)
	return body
}

// addThread adds what tells a reply, and a message that has replies.
func (s *Slack) addThread(body answer, c *channel, m *Message) {
	if m.ThreadTS != "" {
		body["thread_ts"] = m.ThreadTS
		if m.Broadcast {
			body["subtype"] = "thread_broadcast"
		}
		if _, parent := c.find(m.ThreadTS); parent != nil {
			body["parent_user_id"] = parent.User
		}
		return
	}
	replies := c.replies(m.TS)
	if len(replies) == 0 {
		return
	}
	var users []string
	for _, reply := range replies {
		if !slices.Contains(users, reply.User) {
			users = append(users, reply.User)
		}
	}
	body["thread_ts"], body["reply_count"] = m.TS, len(replies)
	body["reply_users"], body["reply_users_count"] = users, len(users)
	body["latest_reply"] = replies[len(replies)-1].TS
}
