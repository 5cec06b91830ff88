// Package chatops is the core of the conversation: the grammar of the commands that people type,
// the people themselves, and the cards that they are answered with. It knows no surface: Slack and
// GitHub translate to and from it.
//
// It uses the standard library alone, does no input or output, and must never learn of mrkdwn,
// Markdown, Kubernetes or Kargo's API.
package chatops
