package slackfake

import (
	"slices"
	"strings"
)

// chatPostMessage: https://docs.slack.dev/reference/methods/chat.postMessage
func (s *Slack) chatPostMessage(c *call) (answer, *apiError) {
	target, err := s.postTarget(c)
	if err != nil {
		return nil, err
	}
	content, err := s.newContent(c)
	if err != nil {
		return nil, err
	}
	threadTS, err := target.thread(c.args["thread_ts"])
	if err != nil {
		return nil, err
	}
	if err := s.admit(target.ID); err != nil {
		return nil, err
	}
	m := s.post(target, Message{
		ThreadTS:  threadTS,
		Broadcast: threadTS != "" && c.boolean("reply_broadcast"),
		User:      s.config.App.BotUserID,
		Content:   content,
	})
	return answer{"channel": target.ID, "ts": m.TS, "message": s.messageJSON(target, m, false)}, nil
}

// chatPostEphemeral: https://docs.slack.dev/reference/methods/chat.postEphemeral
func (s *Slack) chatPostEphemeral(c *call) (answer, *apiError) {
	target, err := s.postTarget(c)
	if err != nil {
		return nil, err
	}
	userID, err := c.required("user")
	if err != nil {
		return nil, err
	}
	user := s.users[userID]
	if user == nil || user.Deleted || !target.has(userID) {
		return nil, refused("user_not_in_channel", "user %s in %s", userID, target.ID)
	}
	content, err := s.newContent(c)
	if err != nil {
		return nil, err
	}
	threadTS, err := target.thread(c.args["thread_ts"])
	if err != nil {
		return nil, err
	}
	m := s.post(target, Message{
		ThreadTS: threadTS, User: s.config.App.BotUserID, EphemeralTo: userID, Content: content,
	})
	return answer{"message_ts": m.TS}, nil
}

// chatUpdate: https://docs.slack.dev/reference/methods/chat.update
func (s *Slack) chatUpdate(c *call) (answer, *apiError) {
	target, index, err := s.ownMessage(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if target.Archived {
		return nil, refused("is_inactive", "channel %s is archived", target.ID)
	}
	m := target.messages[index]
	window := s.config.EditWindow
	if window > 0 && s.config.Now().Sub(m.Versions[0].At) > window {
		return nil, refused("edit_window_closed", "message %s", m.TS)
	}
	content, err := s.content(c)
	if err != nil {
		return nil, err
	}
	keepWhatIsLeftOut(&content, m.Content, c.args)
	if content.empty() {
		return nil, refused("no_text", "chat.update would leave nothing to show")
	}
	m = s.edit(target, index, content)
	return answer{
		"channel": target.ID, "ts": m.TS, "text": m.Text,
		"message": s.messageJSON(target, m, false),
	}, nil
}

// keepWhatIsLeftOut takes from the old content what an update doesn't mention. Blocks
// stay only when there is no new text either: text without blocks replaces them.
func keepWhatIsLeftOut(content *Content, old Content, args map[string]string) {
	has := func(name string) bool { _, ok := args[name]; return ok }
	if !has("attachments") {
		content.Attachments = old.Attachments
	}
	if !has("metadata") {
		content.Metadata = old.Metadata
	}
	if !has("text") {
		content.Text = old.Text
		if !has("blocks") {
			content.Blocks = old.Blocks
		}
	}
}

// chatDelete: https://docs.slack.dev/reference/methods/chat.delete
func (s *Slack) chatDelete(c *call) (answer, *apiError) {
	target, index, err := s.ownMessage(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	ts := target.messages[index].TS
	s.remove(target, index)
	return answer{"channel": target.ID, "ts": ts}, nil
}

// newContent reads the content of a message that is to be posted.
func (s *Slack) newContent(c *call) (Content, *apiError) {
	custom := []string{"username", "icon_url", "icon_emoji"}
	if slices.ContainsFunc(custom, func(name string) bool { return c.args[name] != "" }) && !s.hasScope("chat:write.customize") {
		return Content{}, s.missingScope("chat:write.customize")
	}
	content, err := s.content(c)
	if err == nil && content.empty() {
		err = refused("no_text", "neither text nor blocks nor attachments")
	}
	return content, err
}

// thread checks the message that a new one replies to. Slack itself takes an unknown
// thread_ts and shows the message nowhere, and a reply's ts with mixed results.
func (c *channel) thread(ts string) (string, *apiError) {
	if ts == "" {
		return "", nil
	}
	if !isTimestamp(ts) {
		e := refused("invalid_thread_ts", "%q", ts)
		e.messages = []string{ts + " is not a valid thread_ts"}
		return "", e
	}
	_, parent := c.find(ts)
	switch {
	case parent == nil:
		return "", refused("thread_not_found", "no message %s in %s", ts, c.ID)
	case parent.ThreadTS != "" || parent.EphemeralTo != "":
		return "", refused("cannot_reply_to_message", "%s is a reply or ephemeral", ts)
	}
	return ts, nil
}

// ownMessage finds a message of the app by channel and ts. An ephemeral message can't be
// found again by either.
func (s *Slack) ownMessage(c *call, notOwn string) (*channel, int, *apiError) {
	target, err := s.conversation(c)
	if err != nil {
		return nil, 0, err
	}
	ts, err := c.required("ts")
	if err != nil {
		return nil, 0, err
	}
	index, m := target.find(ts)
	switch {
	case m == nil || m.EphemeralTo != "":
		return nil, 0, refused("message_not_found", "no message %s in %s", ts, target.ID)
	case m.User != s.config.App.BotUserID:
		return nil, 0, refused(notOwn, "message %s is %s's", ts, m.User)
	}
	return target, index, nil
}

// postTarget finds where a message shall go: a channel by id or name, or a user, whose
// DM with the app is opened then.
func (s *Slack) postTarget(c *call) (*channel, *apiError) {
	id, err := c.required("channel")
	if err != nil {
		return nil, err
	}
	if user := s.users[id]; user != nil {
		if user.Deleted || user.IsBot {
			return nil, refused("channel_not_found", "user %s has no DM with the app", id)
		}
		return s.dm(user), nil
	}
	if byName, ok := s.names[strings.TrimPrefix(id, "#")]; ok {
		id = byName
	}
	target := s.channels[id]
	switch {
	case target == nil || target.Private && !target.BotIn:
		return nil, refused("channel_not_found", "%s", id)
	case target.Archived:
		return nil, refused("is_archived", "%s", id)
	case !target.BotIn && !s.hasScope("chat:write.public"):
		return nil, refused("not_in_channel", "%s", id)
	}
	return target, nil
}
