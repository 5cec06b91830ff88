package slack

import (
	"errors"
	"fmt"

	slackapi "github.com/slack-go/slack"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

// Slack's codes, sorted by what is to be done about them.
// https://docs.slack.dev/reference/methods/chat.postMessage, chat.update, conversations.history

// isNotMember reports whether the bot is not in the channel. A private one, it can't even see.
func isNotMember(err error) bool { return isCode(err, "not_in_channel", "channel_not_found") }

// isNoThread reports whether the message to reply to is gone or takes no replies.
func isNoThread(err error) bool {
	return isCode(err, "thread_not_found", "cannot_reply_to_message", "message_not_found")
}

// isClosed reports whether a response_url takes no more: it is too old, was used five times, or Slack
// doesn't know it. It answers 404, or says so in a body.
func isClosed(err error) bool {
	var refused *apiError
	var status slackapi.StatusCodeError
	return errors.As(err, &refused) || errors.As(err, &status) && status.Code >= 400 && status.Code < 500
}

// sinkError puts an error in the terms of notify.Sink. What is neither Deferred nor Undeliverable may
// pass: the network, Slack itself, a token that the operator is about to replace.
func sinkError(err error) error {
	var (
		limited *rateLimited
		refused *apiError
	)
	switch {
	case errors.As(err, &limited):
		return &notify.Deferred{After: limited.after, Err: err}
	case errors.As(err, &refused):
		if reason := hopeless(refused); reason != "" {
			return &notify.Undeliverable{Reason: reason, Err: err}
		}
	}
	return err
}

// hopeless says for people why a refused message will never be taken; "" if it may be.
func hopeless(e *apiError) string {
	switch e.code {
	case "message_not_found", "cant_update_message":
		return "The message in Slack was deleted."
	case "edit_window_closed":
		return "The workspace doesn't let messages be edited after so long."
	case "not_in_channel", "channel_not_found":
		return "I'm not in the Slack channel, and can't reach the person directly either."
	case "is_archived", "is_inactive":
		return "The Slack channel is archived."
	case "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
		"restricted_action_non_threadable_channel", "restricted_action_thread_locked":
		return "The workspace doesn't let me post in that Slack channel."
	case "user_not_found", "user_not_visible", "user_disabled", "cannot_dm_bot", "messages_tab_disabled":
		return "The person can't be reached in Slack."
	case "missing_scope":
		return fmt.Sprintf("The Slack app lacks a scope (%s): add it on the app's page and install it again.", chatops.Fit(clean(e.needed), 100))
	case "no_text", "msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_blocks_format",
		"invalid_arguments", "metadata_too_large", "invalid_metadata_format", "invalid_metadata_schema":
		return "Slack didn't accept the form of the message: " + e.code + "."
	default:
		return ""
	}
}
