package slackfake

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// Refusal is a request of the app that the fake did not accept.
type Refusal struct {
	Method   string // Web API method, MethodResponseURL or MethodReply
	Code     string // Slack's error code
	Detail   string // what exactly was wrong, for the person who reads the test's output
	Injected bool   // a fault that was asked for, not a mistake of the app
	At       time.Time
}

// Pseudo methods, for faults, counts and refusals of what is no Web API call.
const (
	MethodResponseURL = "response_url" // a POST to a response_url
	MethodReply       = "reply"        // the app's answer to a command or interaction
)

// maxShown is how many messages an error shows.
const maxShown = 20

// maxRefusals bounds what is remembered; the oldest go.
const maxRefusals = 1000

// refuse records a refusal. s.mu is held.
func (s *Slack) refuse(r Refusal) {
	r.At = s.config.Now()
	if len(s.refusals) == maxRefusals {
		s.refusals = slices.Delete(s.refusals, 0, 1)
	}
	s.refusals = append(s.refusals, r)
}

// Messages returns the messages of a channel, oldest first, with thread replies and
// ephemeral messages and without deleted ones. An empty channel means all channels.
func (s *Slack) Messages(channelID string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.snapshot(channelID)
}

// Marked returns the messages of a channel (empty: of all) that have metadata with a member of that name, by
// its value, each with all its versions and when they came. Two messages of one value are one message said
// twice.
func (s *Slack) Marked(channelID, member string) map[string][]Message {
	marked := map[string][]Message{}
	for _, m := range s.Messages(channelID) {
		if m.Metadata == nil {
			continue
		}
		if value, ok := m.Metadata.EventPayload[member].(string); ok {
			marked[value] = append(marked[value], m)
		}
	}
	return marked
}

func (s *Slack) snapshot(channelID string) []Message {
	var messages []Message
	for id, c := range s.channels {
		if channelID == "" || id == channelID {
			for _, m := range c.messages {
				messages = append(messages, *m)
			}
		}
	}
	slices.SortFunc(messages, func(a, b Message) int { return compareTS(a.TS, b.TS) })
	return messages
}

// Await returns the messages of a channel (empty: of all) as soon as the condition holds
// for them. When the context ends first, the error shows what was there instead.
func (s *Slack) Await(ctx context.Context, channelID string, condition func([]Message) bool) ([]Message, error) {
	for {
		s.mu.Lock()
		messages, changed := s.snapshot(channelID), s.log.changed
		s.mu.Unlock()
		if condition(messages) {
			return messages, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			newest := messages[max(0, len(messages)-maxShown):]
			return messages, fmt.Errorf("slackfake: await messages: %w; there are %d, the newest:\n%s",
				context.Cause(ctx), len(messages), s.Transcript(newest))
		}
	}
}

// Calls returns how often each Web API method was called, refused calls included.
func (s *Slack) Calls() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.counts)
}

// Refused returns what was refused so far, oldest first. A test of a correct bot ends by
// asserting that all of it was Injected.
func (s *Slack) Refused() []Refusal {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refusals)
}

// PlainText shows a message as a person reads it: its blocks, or its text where it has
// none, with the names of the people and channels that it mentions.
func (s *Slack) PlainText(m Message) string {
	if m.Blocks == nil {
		return blockkit.Mrkdwn(m.Text, s.nameOf)
	}
	return blockkit.PlainText(m.Blocks, s.nameOf)
}

// Transcript shows messages one below the other: who, to whom, what.
func (s *Slack) Transcript(messages []Message) string {
	var out strings.Builder
	for _, m := range messages {
		author, _ := s.nameOf('@', m.User)
		where, _ := s.nameOf('#', m.Channel)
		fmt.Fprintf(&out, "#%s @%s", where, author)
		if m.ThreadTS != "" {
			fmt.Fprintf(&out, " (in thread %s)", m.ThreadTS)
		}
		if m.EphemeralTo != "" {
			reader, _ := s.nameOf('@', m.EphemeralTo)
			fmt.Fprintf(&out, " (only to @%s)", reader)
		}
		fmt.Fprintf(&out, ":\n  %s\n", strings.ReplaceAll(s.PlainText(m), "\n", "\n  "))
	}
	return out.String()
}

// nameOf implements blockkit.Names. It always returns something to show.
func (s *Slack) nameOf(kind byte, id string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch kind {
	case '@':
		if user, ok := s.users[id]; ok {
			return user.Name, true
		}
	case '#':
		if c, ok := s.channels[id]; ok && c.Name != "" {
			return c.Name, true
		}
	case '!':
		for _, group := range s.groups {
			if group.ID == id {
				return group.Handle, true
			}
		}
	}
	return id, false
}
