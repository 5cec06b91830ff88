package harness

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

// Places on GitHub.
const (
	// Repo is the repository, and Issue an issue of it.
	Repo  = "acme/microsvcs"
	Issue = 1
	// PullRequest is a pull request of it.
	PullRequest = 7

	appID   = 12345
	appSlug = "kargo-bot"
)

// BotLogin is the bot as an author on GitHub.
const BotLogin = appSlug + "[bot]"

// GitHub is a GitHub that one test has for itself.
type GitHub struct {
	*githubfake.GitHub

	holder holder
}

// HoldAnswer keeps the answer to the next call with that method and end of the path back: the call has
// had its effect, and the bot does not know.
func (g *GitHub) HoldAnswer(method, path string) *Held {
	return g.holder.next(func(r *http.Request) bool { return r.Method == method && strings.HasSuffix(r.URL.Path, path) })
}

// NewGitHub starts a GitHub that delivers webhooks to the ingress. What the bot sends that GitHub's
// description does not allow fails the test.
func NewGitHub(t testing.TB, ingress *Ingress, change ...func(*githubfake.Config)) *GitHub {
	t.Helper()
	public, _ := appKey()
	config := githubfake.Config{
		Contract: openapi.Contract{},
		Webhook:  githubfake.Webhook{URL: ingress.URL + "/github/webhook", Secret: GitHubWebhookSecret},
		App: githubfake.App{
			ID: appID, Slug: appSlug, Owner: "acme", Events: []string{"issue_comment"},
			Permissions: map[string]string{"issues": "write", "pull_requests": "write", "members": "read"},
		},
		World: githubfake.World{
			Users: []githubfake.User{{Login: "octocat"}, {Login: "hubot"}, {Login: "dependabot[bot]", Bot: true}},
			Orgs:  []githubfake.Org{{Login: "acme", Members: []string{"octocat", "hubot"}, Teams: []githubfake.Team{{Slug: "web", Members: []string{"octocat"}}}}},
			Repositories: []githubfake.Repository{{
				FullName: Repo, Private: true,
				Issues:       []githubfake.Issue{{Number: Issue, Title: "Deploy", Author: "octocat"}},
				PullRequests: []githubfake.PullRequest{{Number: PullRequest, Title: "feat(red)!: drop /v1", Author: "hubot", Merged: true}},
			}},
			Installations: []githubfake.Installation{{ID: 42, Account: "acme", Repositories: []string{Repo}}},
		},
	}
	config.App.Keys = append(config.App.Keys, public)
	for _, c := range change {
		c(&config)
	}
	g := &GitHub{}
	server := httptest.NewUnstartedServer(nil)
	config.APIURL = "http://" + server.Listener.Addr().String()
	fake, err := githubfake.New(config)
	if err != nil {
		t.Fatal(err)
	}
	g.GitHub = fake
	server.Config.Handler = g.holder.wrap(fake)
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(fake.Close)
	t.Cleanup(func() {
		for _, violation := range fake.Violations() {
			t.Errorf("against GitHub's description: %v", violation)
		}
	})
	return g
}

// Write is a person writing a comment. It returns when the bot has taken it.
func (g *GitHub) Write(t testing.TB, login string, number int, body string) (githubfake.Comment, githubfake.Delivery) {
	t.Helper()
	comment, delivery, err := g.Comment(t.Context(), Repo, number, login, body)
	if err != nil {
		t.Fatalf("comment %q: %v", body, err)
	}
	return comment, delivery
}

// AwaitComments returns the comments of the bot in a conversation as soon as they are as wanted.
func (g *GitHub) AwaitComments(t testing.TB, number int, what string, within time.Duration, wanted func([]githubfake.Comment) bool) []githubfake.Comment {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	if err := g.Await(ctx, what, func() bool { return wanted(g.BotComments(number)) }); err != nil {
		t.Fatalf("%v; there are:\n%s", err, g.Text(number))
	}
	return g.BotComments(number)
}

// BotComments returns the comments of the bot in a conversation.
func (g *GitHub) BotComments(number int) []githubfake.Comment {
	var own []githubfake.Comment
	for _, comment := range g.Comments(Repo, number) {
		if comment.Author == BotLogin {
			own = append(own, comment)
		}
	}
	return own
}

// Text returns a conversation as text.
func (g *GitHub) Text(number int) string {
	var text strings.Builder
	for _, comment := range g.Comments(Repo, number) {
		text.WriteString(comment.Author + ": " + comment.Body + "\n")
	}
	return text.String()
}

// Reactions returns the reactions to a comment by the bot.
func (g *GitHub) Reactions(t testing.TB, id int64) []string {
	t.Helper()
	comment, ok := g.CommentByID(id)
	if !ok {
		t.Fatalf("there is no comment %d", id)
	}
	var contents []string
	for _, reaction := range comment.Reactions {
		if reaction.User == BotLogin {
			contents = append(contents, reaction.Content)
		}
	}
	return contents
}
