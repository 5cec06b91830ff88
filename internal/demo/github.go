package demo

import (
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// The GitHub App of the demo.
const (
	appID   = 1001
	appSlug = "kargo-bot"
)

// Conversations of the demo's repository.
const (
	releaseIssue = 230
	openPull     = 231
)

// forge is the fake GitHub with the app's private key and the secret that its webhooks are signed with.
type forge struct {
	*conversations

	tags          *tags
	fake          *githubfake.GitHub
	key           secret.Text
	webhookSecret string
}

// newForge starts the fake on a port of its own. It runs until it is closed.
func newForge(now func() time.Time) (*forge, error) {
	public, private, err := githubfake.NewKey()
	if err != nil {
		return nil, err
	}
	fake, err := githubfake.Start(githubfake.Config{
		App: githubfake.App{
			ID: appID, Slug: appSlug, Owner: repoOwner, Keys: []*rsa.PublicKey{public},
			Permissions: map[string]string{
				"checks": "write", "contents": "write", "deployments": "write", "issues": "write", "pull_requests": "write",
			},
			Events: []string{"create", "issue_comment", "pull_request", "push", "release"},
		},
		World:    forgeWorld(now()),
		Contract: openapi.Contract{},
		Now:      now, Transport: newTransport(),
	})
	if err != nil {
		return nil, err
	}
	return &forge{conversations: newConversations(), tags: newTags(), fake: fake, key: secret.NewText(string(private)), webhookSecret: rand.Text()}, nil
}

// Accounts and names of those that are no people.
const (
	releasePlease = "release-please[bot]"
	kargoPusher   = "kargo-microsvcs[bot]"
	// kargoAuthor is who Kargo commits as: https://docs.kargo.io/user-guide/reference-docs/promotion-steps/git-commit
	kargoAuthor = "Kargo <no-reply@kargo.io>"
)

// regionBranch is the branch of the pull request that is open when the demo begins.
const regionBranch = "blue-region"

func forgeWorld(now time.Time) githubfake.World {
	world := githubfake.World{
		Users: []githubfake.User{
			{Login: repoOwner}, {Login: releasePlease, Bot: true}, {Login: kargoPusher, Bot: true},
		},
		Installations: []githubfake.Installation{{Account: repoOwner}},
	}
	repo := githubfake.Repository{FullName: repository, Issues: []githubfake.Issue{{
		Number: releaseIssue, Title: releaseTitle, Author: releaser, Body: releaseBody(),
	}}}
	for _, p := range people() {
		world.Users = append(world.Users, githubfake.User{Login: p.login})
		repo.Collaborators = append(repo.Collaborators, p.login)
	}
	seedHistory(&repo, now)
	repo.PullRequests = append(repo.PullRequests, githubfake.PullRequest{
		Number: openPull, Title: pullTitle, Author: developer, Body: pullBody, Head: regionBranch,
	})
	world.Repositories = []githubfake.Repository{repo}
	return world
}

// seedHistory gives the repository its commits with their pull requests, tags and releases.
func seedHistory(repo *githubfake.Repository, now time.Time) {
	last := ""
	for _, e := range entries() {
		at := now.Add(-e.age)
		repo.Commits = append(repo.Commits, githubfake.Commit{ID: e.id(), Author: e.author, Message: e.message(), At: at, Files: e.written()})
		last = e.id()
		if e.number != 0 {
			repo.PullRequests = append(repo.PullRequests, githubfake.PullRequest{
				Number: e.number, Title: e.title, Author: e.author, Merged: true, MergeSHA: e.id(),
			})
		}
		if e.isRelease() && !e.untagged {
			tag := releaseTag(e.service, e.image)
			repo.Tags = append(repo.Tags, githubfake.Tag{Name: tag, Commit: e.id()})
			repo.Releases = append(repo.Releases, githubfake.Release{
				Tag: tag, Name: e.service + " " + e.image, Author: releasePlease, Published: at, Notes: notesOf(e, at),
			})
		}
	}
	repo.Commits = append(repo.Commits,
		githubfake.Commit{
			ID: "region", Parents: []string{last}, Author: developer, Message: pullTitle, At: now.Add(-hour / 2),
			Files: map[string]string{codeFolder("blue") + "region.go": "// region is announced with every answer.\n"},
		},
		githubfake.Commit{
			ID: "region test", Author: developer, Message: "test(blue): cover the region", At: now.Add(-hour / 3),
			Files: map[string]string{codeFolder("blue") + "region_test.go": "// It is announced once.\n"},
		},
	)
	repo.Branches = map[string]string{branch: last, regionBranch: "region test"}
}

// releaseTag is how a release is tagged in Git.
func releaseTag(service, version string) string { return service + "/" + version }

const (
	releaseTitle = "Weekly release to production"
	pullTitle    = "feat(blue): announce the region"
	pullBody     = "Adds the region to every answer, as green has it since #212."
)

// releaseBody says what waits for production.
func releaseBody() string {
	var b strings.Builder
	b.WriteString("Verified in staging, waiting for production:\n\n")
	for _, s := range services() {
		fmt.Fprintf(&b, "- `%s` %s → **%s**:", s.name, s.live, s.next)
		for _, e := range between(s.name, s.live, s.next) {
			fmt.Fprintf(&b, " #%d", e.number)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nA comment with a line such as `/diff green production` tells what that is, and `/promote green production` ships it.\n")
	return b.String()
}
