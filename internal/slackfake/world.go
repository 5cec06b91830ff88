package slackfake

import (
	"fmt"
	"slices"
	"strings"
)

// AddUser adds a user, or replaces the one with the same id.
func (s *Slack) AddUser(user User) error {
	if user.ID == "" || user.Name == "" {
		return fmt.Errorf("slackfake: user %q needs an id and a name", user.ID+user.Name)
	}
	fill(&user.TeamID, s.config.Workspace.ID)
	fill(&user.RealName, user.Name)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, other := range s.users {
		if other.ID != user.ID && user.Email != "" && strings.EqualFold(other.Email, user.Email) {
			return fmt.Errorf("slackfake: users %s and %s have the same email", other.ID, user.ID)
		}
	}
	s.users[user.ID] = &user
	return nil
}

// AddGroup adds a user group, or replaces the one with the same id.
func (s *Slack) AddGroup(group UserGroup) error {
	if group.ID == "" || group.Handle == "" {
		return fmt.Errorf("slackfake: user group %q needs an id and a handle", group.ID+group.Handle)
	}
	fill(&group.Name, group.Handle)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range group.Users {
		if s.users[id] == nil {
			return fmt.Errorf("slackfake: user group %s has unknown member %s", group.ID, id)
		}
	}
	s.groups = slices.DeleteFunc(s.groups, func(g *UserGroup) bool { return g.ID == group.ID })
	s.groups = append(s.groups, &group)
	return nil
}

// AddChannel adds a channel.
func (s *Slack) AddChannel(c Channel) error {
	if c.ID == "" || c.Name == "" {
		return fmt.Errorf("slackfake: channel %q needs an id and a name", c.ID+c.Name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[c.ID] != nil || s.names[c.Name] != "" {
		return fmt.Errorf("slackfake: channel %s (#%s) is there already", c.ID, c.Name)
	}
	for _, id := range c.Members {
		if s.users[id] == nil {
			return fmt.Errorf("slackfake: channel %s has unknown member %s", c.ID, id)
		}
	}
	s.channels[c.ID] = &channel{Channel: c}
	s.names[c.Name] = c.ID
	return nil
}

// Invite brings the app into a channel, as "/invite @kargo-bot" does.
func (s *Slack) Invite(channelID string) error {
	return s.change(channelID, func(c *channel) { c.BotIn = true })
}

// Kick takes the app out of a channel.
func (s *Slack) Kick(channelID string) error {
	return s.change(channelID, func(c *channel) { c.BotIn = false })
}

// Archive archives a channel.
func (s *Slack) Archive(channelID string) error {
	return s.change(channelID, func(c *channel) { c.Archived = true })
}

func (s *Slack) change(channelID string, apply func(*channel)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[channelID]
	if c == nil || c.dm != "" {
		return fmt.Errorf("slackfake: no channel %s", channelID)
	}
	apply(c)
	return nil
}

// OpenDM returns the id of a user's direct messages with the app.
func (s *Slack) OpenDM(userID string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	user := s.users[userID]
	if user == nil || user.Deleted || user.ID == s.config.App.BotUserID {
		return "", fmt.Errorf("slackfake: no DM with user %q", userID)
	}
	return s.dm(user).ID, nil
}

// dm returns the app's DM with a user and opens it if need be. s.mu is held.
func (s *Slack) dm(user *User) *channel {
	id := "D" + user.ID
	c := s.channels[id]
	if c == nil {
		c = &channel{Channel: Channel{ID: id, Private: true, BotIn: true, Members: []string{user.ID}}, dm: user.ID}
		s.channels[id] = c
	}
	return c
}

// Say posts what a person writes, as a reply when threadTS isn't empty.
func (s *Slack) Say(userID, channelID, threadTS, text string) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, _, err := s.present(userID, channelID)
	if err != nil {
		return Message{}, err
	}
	if threadTS != "" {
		if _, parent := c.find(threadTS); parent == nil {
			return Message{}, fmt.Errorf("slackfake: no message %s in %s", threadTS, channelID)
		}
	}
	return *s.post(c, Message{User: userID, ThreadTS: threadTS, Content: Content{Text: text}}), nil
}

// present returns a channel and a user who is in it. s.mu is held.
func (s *Slack) present(userID, channelID string) (*channel, *User, error) {
	user, c := s.users[userID], s.channels[channelID]
	switch {
	case user == nil || user.Deleted:
		return nil, nil, fmt.Errorf("slackfake: no active user %q", userID)
	case c == nil || c.Archived:
		return nil, nil, fmt.Errorf("slackfake: no active channel %q", channelID)
	case !c.has(userID):
		return nil, nil, fmt.Errorf("slackfake: user %s is not in channel %s", userID, channelID)
	}
	return c, user, nil
}

// has says whether a person is in the channel.
func (c *channel) has(userID string) bool {
	return c.Members == nil || slices.Contains(c.Members, userID)
}
