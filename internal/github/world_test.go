package github_test

import (
	"context"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

// world is a GitHub with one organization, which installed the App.
func world() githubfake.Config {
	public, _ := appKey()
	return githubfake.Config{
		Contract: openapi.Contract{},
		App: githubfake.App{
			ID: appID, Slug: "kargo-bot", Name: "Kargo Bot", Owner: "acme", Keys: []*rsa.PublicKey{public},
			Permissions: map[string]string{"issues": "write", "pull_requests": "write", "members": "read"},
			Events:      []string{"issue_comment"},
		},
		World: githubfake.World{
			Users: []githubfake.User{{Login: "octocat", Name: "The Octocat"}, {Login: "hubot"}, {Login: "stranger"}},
			Apps:  []githubfake.App{{ID: 9, Slug: "helper", Owner: "acme"}},
			Orgs: []githubfake.Org{{Login: "acme", Members: []string{"octocat", "hubot"}, Teams: []githubfake.Team{
				{Slug: "platform", Members: []string{"octocat"}, Invited: []string{"stranger"}},
				{Slug: "web", Members: []string{"octocat", "hubot"}},
			}}},
			Repositories: []githubfake.Repository{{FullName: repository, Issues: []githubfake.Issue{
				{Number: 1, Title: "Deploy", Author: "octocat"},
				{Number: 2, Title: "Closed for discussion", Author: "octocat", Locked: true},
			}}},
			Installations: []githubfake.Installation{{ID: installation, Account: "acme"}},
		},
	}
}

// start returns a running GitHub. The test fails if a call was none that GitHub describes, or if an
// injected fault never happened.
func start(t *testing.T, change ...func(*githubfake.Config)) *githubfake.GitHub {
	t.Helper()
	config := world()
	for _, c := range change {
		c(&config)
	}
	g, err := githubfake.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	t.Cleanup(func() {
		for _, violation := range g.Violations() {
			t.Errorf("contract: %v", violation)
		}
		if left := g.PendingFaults(); left > 0 {
			t.Errorf("%d faults never happened", left)
		}
	})
	return g
}

// connect gives the GitHub's webhook to an intake with that handler.
func connect(t *testing.T, g *githubfake.GitHub, handler func(bot.Request) bot.Answer, change ...func(*github.IntakeOptions)) {
	t.Helper()
	intake := newIntake(t, handlerFunc(func(_ context.Context, request bot.Request) bot.Answer {
		return handler(request)
	}), append(change, func(o *github.IntakeOptions) { o.Client = newClient(t, g.URL()) })...)
	server := httptest.NewServer(intake)
	t.Cleanup(server.Close)
	g.SetWebhook(githubfake.Webhook{URL: server.URL, Secret: webhookSecret})
}

// say is octocat commenting on issue 1.
func say(t *testing.T, g *githubfake.GitHub, body string) (githubfake.Comment, githubfake.Delivery) {
	t.Helper()
	return sayIn(t, g, 1, body)
}

func sayIn(t *testing.T, g *githubfake.GitHub, issue int, body string) (githubfake.Comment, githubfake.Delivery) {
	t.Helper()
	comment, delivery, err := g.Comment(soon(t), repository, issue, "octocat", body)
	if err != nil {
		t.Fatal(err)
	}
	return comment, delivery
}

func redeliver(t *testing.T, g *githubfake.GitHub, delivery githubfake.Delivery) githubfake.Delivery {
	t.Helper()
	again, err := g.Redeliver(soon(t), delivery.ID)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// ownComments returns what the App wrote in issue 1.
func ownComments(g *githubfake.GitHub) []githubfake.Comment {
	var own []githubfake.Comment
	for _, comment := range g.Comments(repository, 1) {
		if comment.App == "kargo-bot" {
			own = append(own, comment)
		}
	}
	return own
}

// reactions returns how the App reacted to a comment.
func reactions(t *testing.T, g *githubfake.GitHub, id int64) map[string]int {
	t.Helper()
	comment, ok := g.CommentByID(id)
	if !ok {
		t.Fatalf("no comment %d", id)
	}
	all := map[string]int{}
	for _, reaction := range comment.Reactions {
		if reaction.User == "kargo-bot[bot]" {
			all[reaction.Content]++
		}
	}
	return all
}

func wantStatus(t *testing.T, delivery githubfake.Delivery, status int) {
	t.Helper()
	if delivery.StatusCode != status {
		t.Errorf("delivery: %d %s, want %d", delivery.StatusCode, delivery.ResponseBody, status)
	}
}

var _ http.Handler = (*github.Intake)(nil)
