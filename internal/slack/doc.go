// Package slack is the bot's side of Slack: it takes slash commands and clicks on its buttons over
// HTTP, shows cards as Block Kit messages that it keeps up to date, and looks people up. It is the
// only package that knows Slack's API or its markup, and the only importer of slack-go.
//
// It must never act on a request whose signature it has not verified, never log a request's body,
// a token or a response_url, and never decide who may do what.
package slack
