package slackfake

import "regexp"

// reactionsAdd: https://docs.slack.dev/reference/methods/reactions.add
func (s *Slack) reactionsAdd(c *call) (answer, *apiError) {
	name, ts := c.args["name"], c.args["timestamp"]
	if !regexp.MustCompile(`^[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?$`).MatchString(name) {
		return nil, refused("invalid_name", "%.80q", name)
	}
	if c.args["channel"] == "" || ts == "" {
		return nil, refused("no_item_specified", "reactions.add without channel or timestamp")
	}
	if !isTimestamp(ts) {
		return nil, refused("bad_timestamp", "%.80q", ts)
	}
	target, err := s.conversation(c)
	if err != nil {
		return nil, err
	}
	switch index, m := target.find(ts); {
	case m == nil || m.EphemeralTo != "":
		return nil, refused("message_not_found", "no message %s in %s", ts, target.ID)
	case target.Archived:
		return nil, refused("is_archived", "%s", target.ID)
	case !s.react(target, index, s.config.App.BotUserID, name):
		return nil, refused("already_reacted", "%s on %s", name, ts)
	}
	return answer{}, nil
}

func reactionsJSON(reactions []Reaction) []answer {
	list := make([]answer, len(reactions))
	for i, r := range reactions {
		list[i] = answer{"name": r.Name, "users": r.Users, "count": len(r.Users)}
	}
	return list
}
