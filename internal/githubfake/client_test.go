package githubfake_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v66/github"
)

// The client that the bot uses does everything that the bot needs, over real HTTP, and
// every request and every answer keeps GitHub's description.
func TestRealClient(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)

	written, answer, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", 7, &github.IssueComment{Body: new("Promote **red** <to> production")})
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusCreated || written.GetUser().GetLogin() != "kargo-bot[bot]" || written.GetUser().GetType() != "Bot" {
		t.Errorf("created: %d by %v", answer.StatusCode, written.GetUser())
	}
	if answer.Rate.Limit != 5000 || answer.Rate.Remaining != 4999 {
		t.Errorf("rate: %+v", answer.Rate)
	}
	if _, _, err := c.Issues.EditComment(ctx, "acme", "microsvcs", written.GetID(), &github.IssueComment{Body: new("done")}); err != nil {
		t.Fatal(err)
	}
	read, _, err := c.Issues.GetComment(ctx, "acme", "microsvcs", written.GetID())
	if err != nil || read.GetBody() != "done" {
		t.Errorf("read: %v, %v", read, err)
	}
	_, first, err := c.Reactions.CreateIssueCommentReaction(ctx, "acme", "microsvcs", written.GetID(), "eyes")
	if err != nil || first.StatusCode != http.StatusCreated {
		t.Errorf("first reaction: %v, %v", first, err)
	}
	reacted, second, err := c.Reactions.CreateIssueCommentReaction(ctx, "acme", "microsvcs", written.GetID(), "eyes")
	if err != nil || second.StatusCode != http.StatusOK {
		t.Errorf("the same reaction: %v, %v", second, err)
	}
	if _, _, err := c.Reactions.CreateIssueCommentReaction(ctx, "acme", "microsvcs", written.GetID(), "rocket"); err != nil {
		t.Error(err)
	}
	if _, err := c.Reactions.DeleteIssueCommentReaction(ctx, "acme", "microsvcs", written.GetID(), reacted.GetID()); err != nil {
		t.Error(err)
	}
	left, _, err := c.Reactions.ListIssueCommentReactions(ctx, "acme", "microsvcs", written.GetID(), nil)
	if err != nil || len(left) != 1 || left[0].GetContent() != "rocket" {
		t.Errorf("reactions: %v, %v", left, err)
	}

	seen, ok := g.CommentByID(written.GetID())
	if !ok || seen.App != "kargo-bot" || len(seen.Edits) != 1 || seen.Edits[0].Before != "Promote **red** <to> production" {
		t.Errorf("seen: %+v", seen)
	}
	if _, err := c.Issues.DeleteComment(ctx, "acme", "microsvcs", written.GetID()); err != nil {
		t.Error(err)
	}
	if comments := g.Comments(repo, 7); len(comments) != 0 {
		t.Errorf("still there: %+v", comments)
	}
	if counts := g.Counts(); counts["issues/create-comment"] != 1 || counts["apps/create-installation-access-token"] != 1 {
		t.Errorf("counts: %v", counts)
	}
}

func TestRealClientReads(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)

	issue, _, err := c.Issues.Get(ctx, "ACME", "Microsvcs", 1)
	if err != nil || issue.GetTitle() != "Deploy" || issue.IsPullRequest() || issue.GetAuthorAssociation() != "MEMBER" {
		t.Errorf("issue: %v, %v", issue, err)
	}
	pull, _, err := c.PullRequests.Get(ctx, "acme", "microsvcs", 7)
	if err != nil || !pull.GetMerged() || len(pull.GetMergeCommitSHA()) != 40 || pull.GetBase().GetRef() != "main" {
		t.Errorf("pull request: %v, %v", pull, err)
	}
	asIssue, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 7)
	if err != nil || !asIssue.IsPullRequest() {
		t.Errorf("pull request as an issue: %v, %v", asIssue, err)
	}
	user, _, err := c.Users.Get(ctx, "octocat")
	if err != nil || user.GetID() != 583231 || user.GetEmail() != "octocat@acme.dev" {
		t.Errorf("user: %v, %v", user, err)
	}
	if _, _, err := c.Users.Get(ctx, "kargo-bot[bot]"); err != nil {
		t.Errorf("bot: %v", err)
	}
	members, _, err := c.Teams.ListTeamMembersBySlug(ctx, "acme", "platform", nil)
	if err != nil || len(members) != 2 {
		t.Errorf("members: %v, %v", members, err)
	}
	pending, _, err := c.Teams.GetTeamMembershipBySlug(ctx, "acme", "platform", "stranger")
	if err != nil || pending.GetState() != "pending" {
		t.Errorf("membership: %v, %v", pending, err)
	}
	if _, answer, _ := c.Teams.GetTeamMembershipBySlug(ctx, "acme", "platform", "dependabot[bot]"); answer == nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("no member: %v", answer)
	}
	limits, _, err := c.RateLimit.Get(ctx)
	if err != nil || limits.GetCore().Remaining != 5000-8 {
		t.Errorf("limits: %v, %v", limits, err)
	}
}

func TestRealClientAsApp(t *testing.T) {
	g := start(t, config())
	c, ctx := appClient(t, g), soon(t)

	app, _, err := c.Apps.Get(ctx, "")
	if err != nil || app.GetSlug() != "kargo-bot" || app.GetID() != appID {
		t.Errorf("app: %v, %v", app, err)
	}
	all, _, err := c.Apps.ListInstallations(ctx, nil)
	if err != nil || len(all) != 1 || all[0].GetID() != installation {
		t.Errorf("installations: %v, %v", all, err)
	}
	found, _, err := c.Apps.FindRepositoryInstallation(ctx, "acme", "microsvcs")
	if err != nil || found.GetID() != installation || found.GetRepositorySelection() != "selected" {
		t.Errorf("installation: %v, %v", found, err)
	}
	if _, answer, _ := c.Apps.FindRepositoryInstallation(ctx, "other", "thing"); answer == nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("not installed: %v", answer)
	}
	found, _, err = c.Apps.FindOrganizationInstallation(ctx, "acme")
	if err != nil || found.GetID() != installation || found.GetAccount().GetLogin() != "acme" {
		t.Errorf("installation of the organization: %v, %v", found, err)
	}
	for _, login := range []string{"other", "octocat", "nobody"} { // not installed, no organization, unknown
		if _, answer, _ := c.Apps.FindOrganizationInstallation(ctx, login); answer == nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("installation of %s: %v", login, answer)
		}
	}
	narrow, _, err := c.Apps.CreateInstallationToken(ctx, installation, &github.InstallationTokenOptions{
		Repositories: []string{"microsvcs"},
		Permissions:  &github.InstallationPermissions{Issues: new("read")},
	})
	if err != nil || len(narrow.Repositories) != 1 || narrow.GetPermissions().GetIssues() != "read" || narrow.GetPermissions().GetMembers() != "" {
		t.Errorf("narrow token: %v, %v", narrow, err)
	}
	_, answer, err := c.Apps.CreateInstallationToken(ctx, installation, &github.InstallationTokenOptions{
		Permissions: &github.InstallationPermissions{Administration: new("write")},
	})
	if err == nil || answer.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("permissions beyond the installation's: %v, %v", answer, err)
	}
}

func TestPages(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)
	for range 7 {
		if _, _, err := g.Comment(ctx, repo, 1, "octocat", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	var seen []int
	options := &github.IssueListCommentsOptions{ListOptions: github.ListOptions{PerPage: 3}}
	for {
		comments, answer, err := c.Issues.ListComments(ctx, "acme", "microsvcs", 1, options)
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, len(comments))
		if answer.NextPage == 0 {
			break
		}
		if answer.LastPage != 3 {
			t.Errorf("last page: %d", answer.LastPage)
		}
		options.Page = answer.NextPage
	}
	if len(seen) != 3 || seen[0] != 3 || seen[2] != 1 {
		t.Errorf("pages of %v", seen)
	}
	options.Page = 9
	if beyond, _, err := c.Issues.ListComments(ctx, "acme", "microsvcs", 1, options); err != nil || len(beyond) != 0 {
		t.Errorf("beyond the end: %v, %v", beyond, err)
	}
}

func TestVerbatimBaseURL(t *testing.T) {
	given := config()
	given.APIURL = "http://ignored.example/some/where/"
	g := start(t, given)
	if !strings.HasSuffix(g.URL(), "/some/where") {
		t.Fatalf("URL: %s", g.URL())
	}
	if _, _, err := client(t, g).Issues.Get(soon(t), "acme", "microsvcs", 1); err != nil {
		t.Error(err)
	}
}
