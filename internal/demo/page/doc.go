// Package page is the demo's web page: a Slack-like channel, a GitHub-like repository, the board of
// services and environments, and the Shipments, all kept up to date while one looks.
//
// It knows nothing of the bot, of Kargo or of the fakes: a [World] tells what to show and does what
// people ask for. It serves loopback only, obeys no page of another origin, and lets nothing that
// people or the bot write become HTML. What runs in the browser is in web/: plain modules, no build.
//
// It must never be part of `bot serve`: it has no users and no passwords.
package page
