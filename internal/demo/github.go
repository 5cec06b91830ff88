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
			Permissions: map[string]string{"contents": "read", "issues": "write", "pull_requests": "write"},
			Events:      []string{"create", "issue_comment", "pull_request", "push", "release"},
		},
		World:    forgeWorld(),
		Contract: openapi.Contract{},
		Now:      now, Transport: newTransport(),
	})
	if err != nil {
		return nil, err
	}
	return &forge{fake: fake, key: secret.NewText(string(private)), webhookSecret: rand.Text()}, nil
}

func forgeWorld() githubfake.World {
	world := githubfake.World{
		Users:         []githubfake.User{{Login: repoOwner}},
		Installations: []githubfake.Installation{{Account: repoOwner}},
	}
	repo := githubfake.Repository{FullName: repository, Issues: []githubfake.Issue{{
		Number: releaseIssue, Title: releaseTitle, Author: releaser, Body: releaseBody(),
	}}}
	for _, p := range people() {
		world.Users = append(world.Users, githubfake.User{Login: p.login})
		repo.Collaborators = append(repo.Collaborators, p.login)
	}
	for _, s := range services() {
		for _, c := range s.changes {
			repo.PullRequests = append(repo.PullRequests, githubfake.PullRequest{
				Number: c.number, Title: c.title, Author: c.author, Merged: true, MergeSHA: mergeCommit(c),
			})
		}
	}
	repo.PullRequests = append(repo.PullRequests, githubfake.PullRequest{
		Number: openPull, Title: pullTitle, Author: developer, Body: pullBody, Head: "blue-region",
	})
	world.Repositories = []githubfake.Repository{repo}
	return world
}

const (
	releaseTitle = "Weekly release to production"
	pullTitle    = "feat(blue): announce the region"
	pullBody     = "Adds the region to every answer, as green has it since #212.\n\n" +
		"When it is merged and tagged, `/promote blue production` ships it."
)

// releaseBody says what waits for production.
func releaseBody() string {
	var b strings.Builder
	b.WriteString("Verified in staging, waiting for production:\n\n")
	for _, s := range services() {
		fmt.Fprintf(&b, "- `%s` %s → **%s**:", s.name, s.live, s.next)
		for _, c := range s.changes {
			fmt.Fprintf(&b, " #%d", c.number)
		}
		b.WriteString("\n")
	}
	b.WriteString("\nA comment with a line such as `/promote green production` ships one.\n")
	return b.String()
}
