package slackfake

import (
	"encoding/json"
	"slices"
	"time"
)

// Message is a snapshot of one message. What it points to is shared and must not be
// changed.
type Message struct {
	Channel     string // id
	TS          string // id in its channel
	ThreadTS    string // TS of the message that it replies to; empty at top level
	Broadcast   bool   // a reply that is shown in the channel too
	User        string // author: a person, the app's bot user, or SlackbotID
	EphemeralTo string // the only user who sees it; empty: all
	Content            // as it is now
	Versions    []Version
	Reactions   []Reaction
}

// Content is what a message says.
type Content struct {
	Text        string
	Blocks      json.RawMessage // as Slack stores them, with every id; nil: none
	Attachments json.RawMessage // nil: none
	Metadata    *Metadata       // nil: none
}

// Version is a message as it was from a moment on. The first is what was posted, the
// last is the current Content.
type Version struct {
	Content
	At time.Time
}

// Metadata is what an app attaches to its message for machines to read.
type Metadata struct {
	EventType    string         `json:"event_type"`
	EventPayload map[string]any `json:"event_payload,omitempty"`
}

// Reaction is an emoji under a message.
type Reaction struct {
	Name  string
	Users []string
}

// SlackbotID is the author of what Slack itself tells a user.
const SlackbotID = "USLACKBOT"

// channel is a channel or DM with its messages.
type channel struct {
	Channel
	dm       string     // the user, in a DM with the app
	messages []*Message // by TS; a Message is replaced, never changed
}

func (c *channel) find(ts string) (int, *Message) {
	i, found := slices.BinarySearchFunc(c.messages, ts, func(m *Message, ts string) int {
		return compareTS(m.TS, ts)
	})
	if !found {
		return 0, nil
	}
	return i, c.messages[i]
}

// compareTS orders message ids of our own making: longer is later.
func compareTS(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// post appends a message, names it, and tells watchers. s.mu is held.
func (s *Slack) post(c *channel, m Message) *Message {
	now := s.config.Now()
	m.Channel, m.TS = c.ID, s.clock.next(now)
	m.Versions = []Version{{m.Content, now}}
	stored := &m
	c.messages = append(c.messages, stored)
	kind := EventPost
	if m.EphemeralTo != "" {
		kind = EventEphemeral
	}
	s.log.add(kind, m, now)
	return stored
}

// edit replaces what a message says. s.mu is held.
func (s *Slack) edit(c *channel, index int, content Content) *Message {
	now := s.config.Now()
	m := *c.messages[index]
	m.Content = content
	m.Versions = append(slices.Clip(m.Versions), Version{content, now})
	c.messages[index] = &m
	s.log.add(EventUpdate, m, now)
	return &m
}

// remove deletes a message. s.mu is held.
func (s *Slack) remove(c *channel, index int) {
	m := *c.messages[index]
	c.messages = slices.Delete(c.messages, index, index+1)
	s.log.add(EventDelete, m, s.config.Now())
}

// react adds a user's reaction; it reports false when it is there already. s.mu is held.
func (s *Slack) react(c *channel, index int, user, name string) bool {
	m := *c.messages[index]
	m.Reactions = slices.Clone(m.Reactions)
	i := slices.IndexFunc(m.Reactions, func(r Reaction) bool { return r.Name == name })
	switch {
	case i < 0:
		m.Reactions = append(m.Reactions, Reaction{Name: name, Users: []string{user}})
	case slices.Contains(m.Reactions[i].Users, user):
		return false
	default:
		m.Reactions[i].Users = append(slices.Clip(m.Reactions[i].Users), user)
	}
	c.messages[index] = &m
	s.log.add(EventReaction, m, s.config.Now())
	return true
}
