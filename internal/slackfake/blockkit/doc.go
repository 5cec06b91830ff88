// Package blockkit checks Slack's Block Kit as strictly as Slack does, and shows
// blocks as the text that a person reads.
//
// It is written from Slack's documentation and from the errors that Slack is known to
// answer, independently of any Slack library, so that it can catch the mistakes of one.
// Limits come from https://docs.slack.dev/reference/block-kit/blocks and its sub-pages.
// What it does not know (video, file, the newest block types) it refuses: a block type
// is added here before the bot uses it. It must never make a payload pass by mending it.
package blockkit
