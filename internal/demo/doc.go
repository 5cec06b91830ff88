// Package demo is the bot in one process with everything that it needs: Kubernetes in memory, a
// simulated Kargo, fakes of Slack and GitHub, and the real intakes, controllers and adapters. It needs
// no cluster and no accounts, and reaches nothing outside this machine.
//
// Requests take the way that they take in earnest: the fakes sign them and send them to the bot's
// endpoints over HTTP, and the bot answers through the fakes' APIs. Who may do what is decided by
// Kubernetes RBAC rules, here in memory.
//
// How to find one's way:
//
//   - people.go, services.go: who and what there is; rights.go: who may do what
//   - log.go, monorepo.go, notes.go: the Git history that the images come from, its files and release notes
//   - kargo.go, slack.go, github.go: the parts, made ready; demo.go: all of them together, running
//   - announce.go: who is told of what
//   - merge.go, release.go, build.go, promoted.go, kargoui.go: what others than the bot do: people merge, releases
//     are made, images are built, Kargo commits, and somebody acts in Kargo's UI
//   - command.go, transcript.go: commands without the page, and their transcript
//   - state.go, board.go, repository.go, act.go: what the page (package page) shows and does
//
// It must never be part of `bot serve`, and never know a shortcut past the bot's own endpoints.
package demo
