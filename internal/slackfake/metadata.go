package slackfake

import (
	"encoding/json"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Limits of message metadata, in characters: https://docs.slack.dev/messaging/message-metadata
const (
	maxEventType     = 255
	maxMetadataChars = 8000
)

// parseMetadata reads an app's metadata; none for an empty object.
func parseMetadata(raw string) (*Metadata, *apiError) {
	if raw == "" {
		return nil, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &fields); err != nil {
		return nil, refused("invalid_metadata_format", "metadata: %v", err)
	}
	if len(fields) == 0 {
		return nil, nil
	}
	if utf8.RuneCountInString(raw) > maxMetadataChars {
		return nil, refused("metadata_too_large", "metadata has more than %d characters", maxMetadataChars)
	}
	var metadata Metadata
	if err := json.Unmarshal([]byte(raw), &metadata); err != nil {
		return nil, refused("invalid_metadata_schema", "metadata: %v", err)
	}
	for name := range fields {
		if name != "event_type" && name != "event_payload" {
			return nil, refused("invalid_metadata_schema", "unknown member %.80q", name)
		}
	}
	// Slack takes other characters, and then silently drops the metadata.
	if !regexp.MustCompile(`^[A-Za-z0-9_]+$`).MatchString(metadata.EventType) || len(metadata.EventType) > maxEventType {
		return nil, refused("invalid_metadata_schema", "event_type must be 1 to %d letters, digits and underscores", maxEventType)
	}
	if metadata.EventPayload == nil {
		return nil, refused("invalid_metadata_schema", "event_payload must be an object")
	}
	for name, value := range metadata.EventPayload {
		if err := checkPayload(value, 2); err != nil {
			return nil, refused("invalid_metadata_schema", "event_payload.%.80s: %v", name, err)
		}
	}
	return &metadata, nil
}

// checkPayload allows a string, number or boolean, and objects and arrays of these to
// the given depth.
func checkPayload(v any, depth int) error {
	var items []any
	switch v := v.(type) {
	case string, float64, bool:
		return nil
	case nil:
		return fmt.Errorf("must not be null")
	case []any:
		items = v
	case map[string]any:
		for _, item := range v {
			items = append(items, item)
		}
	}
	if depth == 0 {
		return fmt.Errorf("is nested too deep")
	}
	for _, item := range items {
		if err := checkPayload(item, depth-1); err != nil {
			return err
		}
	}
	return nil
}
