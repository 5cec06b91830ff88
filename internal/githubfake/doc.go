// Package githubfake is GitHub as a GitHub App meets it: the REST operations that the
// bot uses, and the webhooks that GitHub sends. Unit tests, the end-to-end suite and
// the demo run the bot's real client and its real intake against it.
//
// It refuses what GitHub refuses: a JSON web token that is wrong or lives too long, an
// unknown, expired or revoked installation token, a repository of another
// installation, a permission the installation was not given, a comment of more than
// 65,536 characters, a call over a rate limit. Where it is stricter than GitHub, the
// comment at that place says so. Every request and every answer is checked by a
// [Contract]; package openapi beside it is one, made from GitHub's own description.
//
// How to find one's way:
//
//   - seed.go, seed_git.go, world.go: what exists at the start (accounts, repositories,
//     issues, commits …); package history holds the commits
//   - server.go: what happens to every request; operation.go: the table of operations
//   - op_*.go: the operations, a few to a file; json_*.go: the shapes that GitHub answers
//   - person.go, person_*.go, noise.go: what people do on GitHub; event_*.go: the payloads
//     of webhooks
//   - deliver.go, delivery.go, webhook.go: sending them, and again
//   - fault.go, storm.go, limit.go: how GitHub fails and how it limits
//   - observe.go, observe_*.go: what a test or the demo's page can see
//
// To add an operation: add its id to openapi/operations.txt and cut the slice again,
// write an op_….go with a function that returns the operation, and name that function
// in operation.go.
//
// The package must never import a client of GitHub: it would then agree with that
// client instead of with GitHub. It is never part of `bot serve`.
package githubfake
