package slack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

func directoryOf(t *testing.T, w *world, change ...func(*DirectoryOptions)) *Directory {
	t.Helper()
	o := DirectoryOptions{Client: w.client, Teams: []string{"T01"}, Groups: true}
	for _, c := range change {
		c(&o)
	}
	d, err := NewDirectory(o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func slackActor(id string) chatops.Actor {
	return chatops.Actor{Source: chatops.SourceSlack, ID: id}
}

func crowd(c *slackfake.Config) {
	c.Users = append(c.Users,
		slackfake.User{ID: "U50", Name: "gone", Email: "gone@acme.dev", Deleted: true},
		slackfake.User{ID: "U51", Name: "robot", IsBot: true},
		slackfake.User{ID: "U52", Name: "guest", Email: "guest@acme.dev", IsRestricted: true},
		slackfake.User{ID: "U53", Name: "stranger", Email: "a@other.dev", IsStranger: true, TeamID: "T02"},
		slackfake.User{ID: "U54", Name: "neighbour", Email: "b@other.dev", TeamID: "T02"},
		slackfake.User{ID: "U55", Name: "claimant", RealName: "Claimant", Email: "boss@acme.dev", EmailUnconfirmed: true},
		slackfake.User{ID: "USLACKBOT", Name: "slackbot"},
	)
	c.Groups = []slackfake.UserGroup{
		{ID: "S1", Handle: "platform", Users: []string{"U42", "U43"}},
		{ID: "S2", Handle: "web", Users: []string{"U42"}},
		{ID: "S3", Handle: "admins", Users: []string{"U42"}, Disabled: true},
	}
}

func TestProfiles(t *testing.T) {
	w := newWorld(t, crowd)
	d := directoryOf(t, w)
	for _, test := range []struct {
		id   string
		want access.Profile
	}{
		{"T01/U42", access.Profile{Name: "octocat", Login: "U42", Email: "octocat@acme.dev", Groups: []access.Group{{Name: "platform"}, {Name: "web"}}}},
		{"T01/U43", access.Profile{Name: "hubot", Login: "U43", Email: "hubot@acme.dev", Groups: []access.Group{{Name: "platform"}}}},
		{"T01/U55", access.Profile{Name: "claimant", Login: "U55"}},
	} {
		got, err := d.Profile(t.Context(), slackActor(test.id))
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("Profile(%s): %v (-want +got)\n%s", test.id, err, diff)
		}
	}
	w.noMistakes(t)
}

func TestNobody(t *testing.T) {
	w := newWorld(t, crowd)
	d := directoryOf(t, w)
	for id, why := range map[string]string{
		"T01/U50":       "deactivated",
		"T01/U51":       "a bot",
		"T01/USLACKBOT": "a bot",
		"T01/U52":       "a guest",
		"T01/U53":       "another workspace",
		"T01/U54":       "another workspace",
		"T01/U99":       "user_not_found",
		"T02/U42":       "workspace",
		"U42":           "workspace",
		"T01/":          "workspace",
		"T01/octocat":   "workspace",
		"T01/U42/U43":   "workspace",
		"":              "workspace",
	} {
		got, err := d.Profile(t.Context(), slackActor(id))
		if !errors.Is(err, access.ErrNobody) || !strings.Contains(err.Error(), why) || got.Login != "" {
			t.Errorf("Profile(%q) = %+v, %v", id, got, err)
		}
	}
	if _, err := d.Profile(t.Context(), chatops.Actor{Source: chatops.SourceGitHub, ID: "T01/U42"}); !errors.Is(err, access.ErrNobody) {
		t.Errorf("somebody of GitHub is found in Slack: %v", err)
	}
}

func TestProfilesAreKept(t *testing.T) {
	w := newWorld(t, crowd)
	d := directoryOf(t, w)
	ask := func() {
		t.Helper()
		if _, err := d.Profile(t.Context(), slackActor("T01/U42")); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(ask)
	}
	all.Wait()
	if calls := w.slack.Calls(); calls["users.info"] != 1 || calls["usergroups.list"] != 1 {
		t.Errorf("calls = %v for 50 at once", calls)
	}
	// Somebody is deactivated: that is known when what is kept is too old.
	if err := w.slack.AddUser(slackfake.User{ID: "U42", Name: "octocat", Deleted: true}); err != nil {
		t.Fatal(err)
	}
	w.clock.step(directoryTTL - 1)
	ask()
	w.clock.step(2)
	if _, err := d.Profile(t.Context(), slackActor("T01/U42")); !errors.Is(err, access.ErrNobody) {
		t.Errorf("Profile = %v", err)
	}
}

func TestGroupsOnlyIfWanted(t *testing.T) {
	w := newWorld(t, crowd)
	d := directoryOf(t, w, func(o *DirectoryOptions) { o.Groups = false })
	if got, err := d.Profile(t.Context(), slackActor("T01/U42")); err != nil || got.Groups != nil {
		t.Errorf("Profile = %+v, %v", got, err)
	}
	if w.slack.Calls()["usergroups.list"] > 0 {
		t.Error("groups were read")
	}
}

func TestGroupsWithoutScope(t *testing.T) {
	w := newWorld(t, crowd, func(c *slackfake.Config) { c.App.Scopes = []string{"users:read", "users:read.email"} })
	var log bytes.Buffer
	d := directoryOf(t, w, func(o *DirectoryOptions) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	for range 3 {
		got, err := d.Profile(t.Context(), slackActor("T01/U42"))
		if err != nil || got.Groups != nil || got.Email == "" {
			t.Errorf("Profile = %+v, %v", got, err)
		}
		w.clock.step(directoryTTL + 1)
	}
	if n := strings.Count(log.String(), "usergroups:read"); n != 1 {
		t.Errorf("the operator is warned %d times:\n%s", n, log.String())
	}
}

// TestDirectoryTrouble checks that trouble is an error: to take somebody for nobody, or for somebody
// without groups, would be a wrong answer.
func TestDirectoryTrouble(t *testing.T) {
	for _, method := range []string{"users.info", "usergroups.list"} {
		for name, fault := range map[string]slackfake.Fault{
			"cut":          slackfake.CutConnection(),
			"server error": slackfake.ServerError(500),
			"rate limit":   slackfake.RateLimited(1),
			"bad token":    slackfake.APIError("invalid_auth"),
		} {
			t.Run(fmt.Sprint(method, " ", name), func(t *testing.T) {
				w := newWorld(t, crowd)
				w.slack.FailNext(method, 1, fault)
				d := directoryOf(t, w)
				if _, err := d.Profile(t.Context(), slackActor("T01/U42")); err == nil || errors.Is(err, access.ErrNobody) {
					t.Errorf("Profile = %v", err)
				}
			})
		}
	}
}

func TestOneWhoGivesUpStopsNobody(t *testing.T) {
	w := newWorld(t, crowd)
	d := directoryOf(t, w)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Profile(ctx, slackActor("T01/U42")); err != nil {
		t.Errorf("Profile = %v: what many wait for ended with the first", err)
	}
}
