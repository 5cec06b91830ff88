package slackfake

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// maxText is how long a message's text may be, in characters.
const maxText = 40_000

// maxAttachments is how many attachments a message may have.
const maxAttachments = 100

// content reads what a message says from the arguments text, blocks, attachments and
// metadata. s.mu is held.
func (s *Slack) content(c *call) (Content, *apiError) {
	var content Content
	content.Text = c.args["text"]
	if utf8.RuneCountInString(content.Text) > maxText {
		return content, refused("msg_too_long", "text has more than %d characters", maxText)
	}
	var err *apiError
	if content.Blocks, err = s.blocks(c.args["blocks"]); err != nil {
		return content, err
	}
	if content.Attachments, err = s.attachments(c.args["attachments"]); err != nil {
		return content, err
	}
	content.Metadata, err = parseMetadata(c.args["metadata"])
	return content, err
}

// empty says whether there is nothing to show.
func (c Content) empty() bool {
	return strings.TrimSpace(c.Text) == "" && c.Blocks == nil && c.Attachments == nil
}

// blocks checks blocks and returns them as they are stored; none for an empty array.
func (s *Slack) blocks(raw string) (json.RawMessage, *apiError) {
	if raw == "" {
		return nil, nil
	}
	stored, err := blockkit.Stored([]byte(raw), s.elementID)
	if err != nil {
		return nil, badBlocks(err)
	}
	if string(stored) == "[]" {
		return nil, nil
	}
	return stored, nil
}

// attachments checks attachments: objects, with blocks or a text or fallback each.
func (s *Slack) attachments(raw string) (json.RawMessage, *apiError) {
	if raw == "" {
		return nil, nil
	}
	var list []map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		return nil, refused("invalid_attachments", "attachments: %v", err)
	}
	if len(list) > maxAttachments {
		return nil, refused("too_many_attachments", "%d attachments", len(list))
	}
	for i, attachment := range list {
		if attachment["text"] == nil && attachment["fallback"] == nil && attachment["blocks"] == nil {
			return nil, refused("no_text", "attachment %d has no text, fallback or blocks", i)
		}
		if raw := attachment["blocks"]; raw != nil {
			stored, err := blockkit.Stored(raw, s.elementID)
			if err != nil {
				e := badBlocks(err)
				e.code = "invalid_attachments"
				return nil, e
			}
			attachment["blocks"] = stored
		}
		attachment["id"] = json.RawMessage(fmt.Sprint(i + 1))
	}
	if len(list) == 0 {
		return nil, nil
	}
	return encode(list), nil
}
