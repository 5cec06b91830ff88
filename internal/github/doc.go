// Package github is the bot's side of GitHub: it takes commands from comments on issues and pull
// requests, and shows there what became of them.
//
// Where to look:
//
//   - intake.go: the webhook's handler; receive.go and signature.go: reading a delivery and
//     verifying it; event.go: what in it is a command; command.go and reply.go: carrying it out and
//     answering
//   - client.go: the GitHub App and its installations; transport.go and gate.go: limits; check.go:
//     who the App is; comments.go: the few calls that are made
//   - sink.go: keeping a message up to date; markdown.go, span.go, escape.go: how a card looks
//   - deployment_*.go, release_page_sink.go, release_deployed.go, check_*.go: what runs where, as deployments, on
//     the pages of releases and as check runs; source_write.go: how these write
//   - directory.go: which teams a person is in
//   - source.go: reading what the freight diff needs: commits (source_*.go), files (tree.go, blob.go),
//     pull requests and their one comment (pull*.go); budget.go and quota.go: so that commands never wait
//     for it; package recall: so that nothing is asked for twice
//   - hint.go, hint_*.go: what webhooks tell of changes
//
// It is the only package that knows go-github. It must never obey a bot, an edit, a quote or
// anything that GitHub did not sign, never put foreign text into a comment unescaped, and never let a
// token into a log or an error.
package github
