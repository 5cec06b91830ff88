// Package slackfake is a strict stand-in for Slack: one workspace with people, groups,
// channels and one installed app. Unit tests, the end-to-end suite and the demo run the
// bot against it over real HTTP.
//
// It has two sides. As an http.Handler, Slack serves the Web API (…/api/<method>) and
// the response_urls, and refuses what Slack refuses, with Slack's codes. Through a
// Driver, it does to the app what Slack does: signed slash commands and button clicks.
// Beside them, tests and the demo set up the world, inject faults, and observe messages.
//
// It is written by hand from Slack's documentation, on the standard library alone, as an
// independent counterpart: it must never import a Slack library or the bot's own code,
// and never be more forgiving than Slack. Where it is stricter, the code says so. It
// starts no goroutine: handlers run on their server's, drivers on their caller's.
package slackfake
