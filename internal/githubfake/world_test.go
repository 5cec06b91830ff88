package githubfake_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestWorldsThatContradictThemselves(t *testing.T) {
	for name, spoil := range map[string]func(*githubfake.Config){
		"no contract":              func(c *githubfake.Config) { c.Contract = nil },
		"no key":                   func(c *githubfake.Config) { c.App.Keys = nil },
		"owner of the app":         func(c *githubfake.Config) { c.App.Owner = "nobody" },
		"no slug":                  func(c *githubfake.Config) { c.App.Slug = "" },
		"base URL":                 func(c *githubfake.Config) { c.APIURL = "api.github.com" },
		"two accounts":             func(c *githubfake.Config) { c.World.Users = append(c.World.Users, githubfake.User{Login: "OctoCat"}) },
		"member of a team":         func(c *githubfake.Config) { c.World.Orgs[0].Teams[0].Members = []string{"nobody"} },
		"two repositories":         func(c *githubfake.Config) { c.World.Repositories[1].FullName = repo },
		"repository's name":        func(c *githubfake.Config) { c.World.Repositories[0].FullName = "microsvcs" },
		"two issues of one number": func(c *githubfake.Config) { c.World.Repositories[0].Issues[1].Number = 1 },
		"author":                   func(c *githubfake.Config) { c.World.Repositories[0].Issues[0].Author = "nobody" },
		"foreign repository":       func(c *githubfake.Config) { c.World.Installations[0].Repositories = []string{"other/thing"} },
		"account":                  func(c *githubfake.Config) { c.World.Installations[0].Account = "nobody" },
	} {
		given := config()
		spoil(&given)
		if g, err := githubfake.New(given); err == nil {
			g.Close()
			t.Errorf("%s: no error", name)
		}
	}
}

func TestPeopleCantDoWhatGitHubForbids(t *testing.T) {
	g, ctx := start(t, config()), soon(t)
	written, _, err := g.Comment(ctx, repo, 2, "octocat", "a member may write on a locked issue")
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"repository": second(g.Comment(ctx, "acme/nothing", 1, "octocat", "hello")),
		"issue":      second(g.Comment(ctx, repo, 99, "octocat", "hello")),
		"login":      second(g.Comment(ctx, repo, 1, "nobody", "hello")),
		"app":        second(g.CommentVia(ctx, repo, 1, "octocat", "nothing", "hello")),
		"empty":      second(g.Comment(ctx, repo, 1, "octocat", "")),
		"too long":   second(g.Comment(ctx, repo, 1, "octocat", strings.Repeat("x", 65_537))),
		"locked":     second(g.Comment(ctx, repo, 2, "dependabot[bot]", "hello")),
		"reaction":   g.React(written.ID, "octocat", "thumbs"),
		"comment":    g.React(1, "octocat", "heart"),
		"team":       g.SetTeam("octocat", githubfake.Team{Slug: "x"}),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func second(_ githubfake.Comment, _ githubfake.Delivery, err error) error { return err }

func TestTheWorldChanges(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)
	number, err := g.OpenPullRequest(repo, githubfake.PullRequest{Title: "fix(red): retry", Author: "octocat"})
	if err != nil || number != 8 {
		t.Fatalf("%d, %v", number, err)
	}
	if pull, _, err := c.PullRequests.Get(ctx, "acme", "microsvcs", number); err != nil || pull.GetState() != "open" || pull.GetHead().GetRef() != "change-8" {
		t.Errorf("pull request: %v, %v", pull, err)
	}
	if err := g.Lock(repo, number, true); err != nil {
		t.Fatal(err)
	}
	if _, answer, _ := c.Issues.CreateComment(ctx, "acme", "microsvcs", number, &github.IssueComment{Body: new("hello")}); answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("locked: %v", answer)
	}
	if issue, err := g.OpenIssue(repo, githubfake.Issue{Title: "x", Author: "octocat"}); err != nil || issue != 9 {
		t.Errorf("issue: %d, %v", issue, err)
	}
	if err := g.SetTeam("acme", githubfake.Team{Slug: "platform", Members: []string{"stranger"}}); err != nil {
		t.Fatal(err)
	}
	if members, _, err := c.Teams.ListTeamMembersBySlug(ctx, "acme", "platform", nil); err != nil || len(members) != 1 || members[0].GetLogin() != "stranger" {
		t.Errorf("members: %v, %v", members, err)
	}
	threads := g.Threads()
	if len(threads) != 6 || threads[0].Repo != repo || threads[2].Title != "feat(red)!: drop /v1" || !threads[2].PullRequest {
		t.Errorf("threads: %+v", threads)
	}
}

func TestAwait(t *testing.T) {
	g := start(t, config())
	done := make(chan error)
	go func() {
		done <- g.Await(soon(t), "three comments", func() bool { return len(g.Comments(repo, 1)) == 3 })
	}()
	for range 3 {
		if _, _, err := g.Comment(soon(t), repo, 1, "octocat", "hello"); err != nil {
			t.Error(err)
		}
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := g.Await(ctx, "a miracle", func() bool { return false })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "a miracle") {
		t.Errorf("%v", err)
	}
}

// Many people and the app at once: nothing is lost, nothing is there twice.
func TestManyAtOnce(t *testing.T) {
	const people = 40
	in := newIntake(t, http.StatusOK)
	g := hooked(t, in)
	c, ctx := client(t, g), soon(t)
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			written, delivery, err := g.Comment(ctx, repo, 1, "octocat", fmt.Sprintf("/promote red production %d", i))
			if err != nil || !delivery.OK() {
				t.Errorf("%+v, %v", delivery, err)
				return
			}
			if _, _, err := c.Reactions.CreateIssueCommentReaction(ctx, "acme", "microsvcs", written.ID, "eyes"); err != nil {
				t.Error(err)
			}
			if err := comment(ctx, c); err != nil {
				t.Error(err)
			}
			g.Threads()
		})
	}
	all.Wait()
	if err := g.Await(ctx, "deliveries", func() bool { return g.Undelivered() == 0 }); err != nil {
		t.Fatal(err)
	}
	ids, guids := map[int64]bool{}, map[string]bool{}
	for _, c := range g.Comments(repo, 1) {
		ids[c.ID] = true
	}
	for _, r := range in.taken() {
		guids[r.Header.Get("X-GitHub-Delivery")] = true
	}
	if len(ids) != 2*people || len(guids) != 2*people {
		t.Errorf("%d comments, %d deliveries", len(ids), len(guids))
	}
}
