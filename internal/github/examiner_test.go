package github_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/doctor"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

func examiner(t *testing.T, g *githubfake.GitHub, needs github.Needs) github.Examiner {
	t.Helper()
	return github.Examiner{Client: newClient(t, g.URL()), Needs: needs}
}

func TestStandingNamesWhatTheAppLacks(t *testing.T) {
	g := start(t, func(c *githubfake.Config) {
		c.App.Permissions["contents"] = "read"
		c.World.Installations[0].Permissions = map[string]string{"issues": "read", "pull_requests": "write"}
	})
	standing, err := examiner(t, g, github.Needs{
		Permissions: map[string]string{"issues": "write", "contents": "write", "checks": "write", "members": "read", "metadata": "read"},
		Events:      []string{"issue_comment", "push"},
	}).Standing(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	want := doctor.GitHubStanding{
		App: "kargo-bot", Settings: standing.Settings, Installed: true, Events: []string{"push"},
		Permissions: []string{"checks: write", "contents: write"},
		Behind:      map[string][]string{"acme": {"issues: write", "members: read"}},
	}
	if diff := cmp.Diff(want, standing); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !strings.HasSuffix(standing.Settings, "/organizations/acme/settings/apps/kargo-bot/permissions") {
		t.Errorf("settings: %s", standing.Settings)
	}
}

func TestStandingOfAnAppThatIsWell(t *testing.T) {
	g := start(t)
	standing, err := examiner(t, g, github.Needs{Permissions: map[string]string{"issues": "write"}, Events: []string{"issue_comment"}}).Standing(soon(t))
	if err != nil || len(standing.Permissions)+len(standing.Events)+len(standing.Behind) > 0 || !standing.Installed {
		t.Errorf("%+v, %v", standing, err)
	}
}

func TestStandingWithAKeyThatIsRefused(t *testing.T) {
	_, otherKey, err := githubfake.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	g := start(t)
	client := newClient(t, g.URL(), func(o *github.ClientOptions) { o.PrivateKey = secret.NewText(string(otherKey)) })
	_, err = github.Examiner{Client: client}.Standing(soon(t))
	if err == nil || !strings.Contains(err.Error(), "does not accept the App's private key") {
		t.Errorf("%v", err)
	}
	// Its clock it shows to anybody.
	if at, err := client.Time(soon(t)); err != nil || time.Since(at).Abs() > time.Minute {
		t.Errorf("%v, %v", at, err)
	}
}

func TestUndeliveredAreThoseThatNeverArrived(t *testing.T) {
	status := http.StatusBadGateway
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
	t.Cleanup(receiver.Close)
	g := start(t, func(c *githubfake.Config) { c.Webhook = githubfake.Webhook{URL: receiver.URL, Secret: "x"} })
	e := examiner(t, g, github.Needs{})
	since := time.Now().Add(-time.Hour)
	comment := func(body string) githubfake.Delivery {
		t.Helper()
		_, delivery, err := g.Comment(soon(t), repository, 1, "octocat", body)
		if err != nil {
			t.Fatal(err)
		}
		return delivery
	}
	first, second := comment("one"), comment("two")
	lost, err := e.Undelivered(soon(t), since)
	if err != nil || lost.Count != 2 || lost.More || lost.Status != "502 Bad Gateway" || lost.Last.IsZero() {
		t.Fatalf("%+v, %v", lost, err)
	}
	if diff := cmp.Diff([]int64{second.ID, first.ID}, lost.IDs); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	// What arrives at a later attempt has arrived.
	status = http.StatusOK
	if _, err := g.Redeliver(soon(t), first.ID); err != nil {
		t.Fatal(err)
	}
	comment("three")
	if lost, err = e.Undelivered(soon(t), since); err != nil || lost.Count != 1 || lost.IDs[0] != second.ID {
		t.Errorf("%+v, %v", lost, err)
	}
	// GitHub follows no redirect.
	status = http.StatusFound
	comment("four")
	if lost, err = e.Undelivered(soon(t), since); err != nil || lost.Count != 2 || lost.Status != "302 Found" {
		t.Errorf("%+v, %v", lost, err)
	}
	// What was longer ago does not count.
	if lost, err = e.Undelivered(soon(t), time.Now().Add(time.Hour)); err != nil || lost.Count != 0 {
		t.Errorf("%+v, %v", lost, err)
	}
}
