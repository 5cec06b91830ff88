package githubfake_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// hooked is a fake whose webhook is in.
func hooked(t *testing.T, in *intake) *githubfake.GitHub {
	t.Helper()
	g := start(t, config())
	g.SetWebhook(githubfake.Webhook{URL: in.URL, Secret: secret})
	return g
}

// events returns what a client of GitHub makes of what the intake took: signatures are
// verified.
func events(t *testing.T, in *intake) []any {
	t.Helper()
	var all []any
	for _, r := range in.taken() {
		payload, err := github.ValidatePayload(r, []byte(secret))
		if err != nil {
			t.Fatal(err)
		}
		event, err := github.ParseWebHook(github.WebHookType(r), payload)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, event)
	}
	return all
}

func TestPersonComments(t *testing.T) {
	in := newIntake(t, http.StatusAccepted)
	g := hooked(t, in)
	written, delivery, err := g.Comment(soon(t), repo, 7, "octocat", "/promote red production")
	if err != nil || !delivery.OK() || delivery.StatusCode != http.StatusAccepted {
		t.Fatalf("%+v, %v", delivery, err)
	}
	event := events(t, in)[0].(*github.IssueCommentEvent)
	if event.GetAction() != "created" || event.GetComment().GetID() != written.ID || event.GetComment().GetBody() != "/promote red production" {
		t.Errorf("event: %v", event)
	}
	if event.GetRepo().GetFullName() != repo || event.GetSender().GetLogin() != "octocat" || event.GetInstallation().GetID() != installation ||
		event.GetComment().GetAuthorAssociation() != "MEMBER" || !event.GetIssue().IsPullRequest() || event.GetOrganization().GetLogin() != "acme" {
		t.Errorf("event: %v", event)
	}
	if payload := string(delivery.Payload); !strings.Contains(payload, `"performed_via_github_app":null`) || !strings.HasPrefix(payload, `{"action":"created","issue":{`) {
		t.Errorf("payload: %.100s", payload)
	}
	header := in.taken()[0].Header
	for name, want := range map[string]string{
		"X-GitHub-Event": "issue_comment", "X-GitHub-Delivery": delivery.GUID, "Content-Type": "application/json",
		"X-GitHub-Hook-ID": "500000001", "X-GitHub-Hook-Installation-Target-Type": "integration",
		"X-GitHub-Hook-Installation-Target-ID": "12345",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if !strings.HasPrefix(header.Get("User-Agent"), "GitHub-Hookshot/") || !strings.HasPrefix(header.Get("X-Hub-Signature"), "sha1=") {
		t.Errorf("header: %v", header)
	}
}

func TestEditsAndDeletions(t *testing.T) {
	in := newIntake(t, http.StatusOK)
	g := hooked(t, in)
	written, _, err := g.Comment(soon(t), repo, 1, "octocat", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.EditComment(soon(t), written.ID, "hubot", "/promote red production"); err != nil {
		t.Fatal(err)
	}
	if err := g.React(written.ID, "hubot", "heart"); err != nil {
		t.Fatal(err)
	}
	if _, err := g.DeleteComment(soon(t), written.ID, "octocat"); err != nil {
		t.Fatal(err)
	}
	all := events(t, in)
	edited := all[1].(*github.IssueCommentEvent)
	if edited.GetAction() != "edited" || edited.GetChanges().GetBody().GetFrom() != "hello" || edited.GetSender().GetLogin() != "hubot" || edited.GetComment().GetUser().GetLogin() != "octocat" {
		t.Errorf("edited: %v", edited)
	}
	if deleted := all[2].(*github.IssueCommentEvent); len(all) != 3 || deleted.GetAction() != "deleted" {
		t.Errorf("deleted: %v", all)
	}
	seen, _ := g.CommentByID(written.ID)
	if !seen.Deleted || seen.Edits[0].By != "hubot" || len(seen.Reactions) != 1 || seen.Reactions[0].User != "hubot" {
		t.Errorf("seen: %+v", seen)
	}
}

func TestWhoWrites(t *testing.T) {
	in := newIntake(t, http.StatusOK)
	g := hooked(t, in)
	for _, login := range []string{"dependabot[bot]", "helper[bot]", "stranger"} {
		if _, _, err := g.Comment(soon(t), repo, 1, login, "/promote red production"); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := g.CommentVia(soon(t), repo, 1, "octocat", "helper", "/promote red production"); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for i, event := range events(t, in) {
		c := event.(*github.IssueCommentEvent).GetComment()
		via := "nothing"
		if strings.Contains(string(g.Deliveries()[i].Payload), `"slug":"helper"`) {
			via = "helper"
		}
		seen = append(seen, c.GetUser().GetType()+" via "+via+" "+c.GetAuthorAssociation())
	}
	want := []string{"Bot via nothing NONE", "Bot via helper NONE", "User via nothing COLLABORATOR", "User via helper MEMBER"}
	if !slices.Equal(seen, want) {
		t.Errorf("seen: %q", seen)
	}
}

// What the app itself does comes back to its webhook, written by a bot.
func TestOwnCommentsComeBack(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		in := newIntake(t, http.StatusOK)
		given := config()
		given.QuietOwn, given.Webhook = quiet, githubfake.Webhook{URL: in.URL, Secret: secret}
		g := start(t, given)
		c := client(t, g)
		written, _, err := c.Issues.CreateComment(soon(t), "acme", "microsvcs", 1, &github.IssueComment{Body: new("/promote red production")})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Issues.EditComment(soon(t), "acme", "microsvcs", written.GetID(), &github.IssueComment{Body: new("done")}); err != nil {
			t.Fatal(err)
		}
		if err := g.Await(soon(t), "deliveries", func() bool { return g.Undelivered() == 0 }); err != nil {
			t.Fatal(err)
		}
		var seen []string
		for _, event := range events(t, in) {
			e := event.(*github.IssueCommentEvent)
			seen = append(seen, e.GetAction()+" by "+e.GetSender().GetType()+" "+e.GetSender().GetLogin())
		}
		slices.Sort(seen) // GitHub promises no order
		want := []string{"created by Bot kargo-bot[bot]", "edited by Bot kargo-bot[bot]"}
		if quiet {
			want = nil
		}
		if !slices.Equal(seen, want) {
			t.Errorf("quiet %v: %q", quiet, seen)
		}
	}
}

func TestWhatTheAppIsNotTold(t *testing.T) {
	in := newIntake(t, http.StatusOK)
	given := config()
	given.App.Events = []string{"push"}
	given.Webhook = githubfake.Webhook{URL: in.URL, Secret: secret}
	g := start(t, given)
	if _, delivery, err := g.Comment(soon(t), repo, 1, "octocat", "not subscribed"); err != nil || delivery.ID != 0 {
		t.Errorf("%+v, %v", delivery, err)
	}
	if delivery, err := g.Push(soon(t), githubfake.PushEvent{Repo: "other/thing", Ref: "refs/heads/main", Login: "octocat"}); err != nil || delivery.ID != 0 {
		t.Errorf("not installed: %+v, %v", delivery, err)
	}
	if taken := in.taken(); len(taken) != 0 {
		t.Errorf("%d requests", len(taken))
	}
}

func TestRedelivery(t *testing.T) {
	down := newIntake(t, http.StatusServiceUnavailable)
	g := hooked(t, down)
	_, first, err := g.Comment(soon(t), repo, 1, "octocat", "/promote red production")
	if err != nil || first.OK() || first.Status != "Invalid HTTP Response: 503" {
		t.Fatalf("%+v, %v", first, err)
	}
	up := newIntake(t, http.StatusOK)
	g.SetWebhook(githubfake.Webhook{URL: up.URL, Secret: secret})
	second, err := g.Redeliver(soon(t), first.ID)
	if err != nil || !second.OK() || !second.Redelivery || second.ID == first.ID {
		t.Errorf("%+v, %v", second, err)
	}
	if second.GUID != first.GUID || !bytes.Equal(second.Payload, first.Payload) {
		t.Error("another GUID or payload")
	}
	if _, err := g.Redeliver(soon(t), 1); err == nil {
		t.Error("an unknown delivery was delivered again")
	}
}

func TestRedeliveryByTheApp(t *testing.T) {
	in := newIntake(t, http.StatusInternalServerError)
	g := hooked(t, in)
	for range 3 {
		if _, _, err := g.Comment(soon(t), repo, 1, "octocat", "hello"); err != nil {
			t.Fatal(err)
		}
	}
	c, ctx := appClient(t, g), soon(t)
	var failed []*github.HookDelivery
	options := &github.ListCursorOptions{PerPage: 2}
	for {
		deliveries, answer, err := c.Apps.ListHookDeliveries(ctx, options)
		if err != nil {
			t.Fatal(err)
		}
		failed = append(failed, deliveries...)
		if answer.Cursor == "" {
			break
		}
		options.Cursor = answer.Cursor
	}
	if len(failed) != 3 || failed[0].GetID() < failed[2].GetID() || failed[0].GetStatusCode() != 500 || failed[0].GetEvent() != "issue_comment" {
		t.Fatalf("deliveries: %v", failed)
	}
	if whole, _, err := c.Apps.GetHookDelivery(ctx, failed[1].GetID()); err != nil || !strings.Contains(string(whole.Request.GetRawPayload()), `"hello"`) {
		t.Errorf("delivery: %v, %v", whole, err)
	}
	if _, answer, err := c.Apps.RedeliverHookDelivery(ctx, failed[1].GetID()); answer == nil || answer.StatusCode != http.StatusAccepted {
		t.Errorf("redelivery: %v", err)
	}
	if err := g.Await(ctx, "the redelivery", func() bool { return len(g.Deliveries()) == 4 }); err != nil {
		t.Fatal(err)
	}
	if again := g.Deliveries()[3]; again.GUID != failed[1].GetGUID() || !again.Redelivery {
		t.Errorf("again: %+v", again)
	}
}

func TestDeliveriesThatFail(t *testing.T) {
	g := start(t, config())
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler("/other", http.StatusFound))
	t.Cleanup(elsewhere.Close)
	for url, status := range map[string]int{gone.URL: http.StatusBadGateway, elsewhere.URL: http.StatusFound} {
		g.SetWebhook(githubfake.Webhook{URL: url})
		delivery := g.Ping(soon(t))
		if delivery.OK() || delivery.StatusCode != status {
			t.Errorf("%+v", delivery)
		}
		if len(delivery.RequestHeader.Values("X-Hub-Signature-256")) != 0 {
			t.Error("signed without a secret")
		}
	}
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestDeliveriesThatTakeTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		given := config()
		given.Webhook = githubfake.Webhook{URL: "http://bot.example/github/webhook", Secret: secret}
		given.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		g, err := githubfake.New(given)
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		delivery := g.Ping(t.Context())
		if delivery.StatusCode != http.StatusGatewayTimeout || delivery.Status != "timed out" || delivery.Duration != 10*time.Second {
			t.Errorf("%+v", delivery)
		}
	})
}
