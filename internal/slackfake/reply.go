package slackfake

import (
	"encoding/json"
	"slices"
)

// Values of response_type.
const (
	responseInChannel = "in_channel"
	responseEphemeral = "ephemeral"
)

// reply is what the app answers a command with, in the response or to a response_url:
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
type reply struct {
	responseType    string
	replaceOriginal bool
	deleteOriginal  bool
	threadTS        string
	args            map[string]string // text, blocks, attachments, metadata
}

// parseReply reads a reply's JSON.
func parseReply(body []byte) (reply, *apiError) {
	var fields struct {
		ResponseType    string          `json:"response_type"`
		ReplaceOriginal bool            `json:"replace_original"`
		DeleteOriginal  bool            `json:"delete_original"`
		ThreadTS        string          `json:"thread_ts"`
		Text            string          `json:"text"`
		Blocks          json.RawMessage `json:"blocks"`
		Attachments     json.RawMessage `json:"attachments"`
		Metadata        json.RawMessage `json:"metadata"`
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return reply{}, refused("invalid_payload", "reply: %v", err)
	}
	if !slices.Contains([]string{"", responseInChannel, responseEphemeral}, fields.ResponseType) {
		return reply{}, refused("invalid_payload", "response_type %.80q", fields.ResponseType)
	}
	r := reply{
		responseType:    fields.ResponseType,
		replaceOriginal: fields.ReplaceOriginal,
		deleteOriginal:  fields.DeleteOriginal,
		threadTS:        fields.ThreadTS,
		args:            map[string]string{"text": fields.Text},
	}
	for name, raw := range map[string]json.RawMessage{
		"blocks": fields.Blocks, "attachments": fields.Attachments, "metadata": fields.Metadata,
	} {
		if len(raw) > 0 && string(raw) != "null" {
			r.args[name] = string(raw)
		}
	}
	if emptyMetadata(fields.Metadata) {
		delete(r.args, "metadata")
	}
	return r, nil
}

// emptyMetadata recognizes what clients with fixed structures send for none.
func emptyMetadata(raw json.RawMessage) bool {
	var fields struct {
		EventType    string          `json:"event_type"`
		EventPayload json.RawMessage `json:"event_payload"`
	}
	err := json.Unmarshal(raw, &fields)
	return err == nil && fields.EventType == "" && (fields.EventPayload == nil || string(fields.EventPayload) == "null")
}

// respond posts, replaces or deletes a message as a reply asks. The app need not be in
// the channel. s.mu is held.
func (s *Slack) respond(h *hook, r reply) *apiError {
	index, original := h.channel.find(h.original)
	if r.deleteOriginal {
		if original == nil {
			return refused("message_not_found", "delete_original without an original")
		}
		s.remove(h.channel, index)
		return nil
	}
	content, err := s.content(&call{args: r.args})
	if err != nil {
		return err
	}
	if content.empty() {
		return refused("no_text", "neither text nor blocks nor attachments")
	}
	if r.replaceOriginal && original != nil {
		s.edit(h.channel, index, content)
		return nil
	}
	threadTS, err := h.channel.thread(r.threadTS)
	if err != nil {
		return err
	}
	if threadTS == "" {
		threadTS = h.threadTS
	}
	m := Message{User: s.config.App.BotUserID, ThreadTS: threadTS, Content: content, EphemeralTo: h.user}
	if r.responseType == responseInChannel {
		m.EphemeralTo = ""
	}
	posted := s.post(h.channel, m)
	if h.kind == hookCommands {
		h.original = posted.TS
	}
	return nil
}

// tell shows a user something of Slack's own, only to them. s.mu is held.
func (s *Slack) tell(c *channel, userID, text string) {
	s.post(c, Message{User: SlackbotID, EphemeralTo: userID, Content: Content{Text: text}})
}
