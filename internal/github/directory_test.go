package github_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func person(login string) chatops.Actor {
	return chatops.Actor{Source: chatops.SourceGitHub, ID: login, Name: login}
}

func newDirectory(t *testing.T, g *githubfake.GitHub, change ...func(*github.DirectoryOptions)) *github.Directory {
	t.Helper()
	options := github.DirectoryOptions{
		Client: newClient(t, g.URL()), Teams: []string{"acme/platform", "acme/web"},
	}
	for _, c := range change {
		c(&options)
	}
	directory, err := github.NewDirectory(options)
	if err != nil {
		t.Fatal(err)
	}
	return directory
}

// groups returns the teams that the directory says somebody is in.
func groups(t *testing.T, directory *github.Directory, login string) string {
	t.Helper()
	profile, err := directory.Profile(soon(t), person(login))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, group := range profile.Groups {
		names = append(names, group.Org+"/"+group.Name)
	}
	return strings.Join(names, " ")
}

func TestDirectoryKnowsTheTeamsOfAPerson(t *testing.T) {
	g := start(t)
	directory := newDirectory(t, g)
	for login, want := range map[string]string{
		"octocat":  "acme/platform acme/web",
		"OctoCat":  "acme/platform acme/web",
		"hubot":    "acme/web",
		"stranger": "", // was invited and has not accepted
		"nobody":   "",
	} {
		if got := groups(t, directory, login); got != want {
			t.Errorf("%s is in %q, want %q", login, got, want)
		}
	}
	profile, err := directory.Profile(soon(t), person("octocat"))
	if err != nil || profile.Login != "octocat" || profile.Name != "octocat" || profile.Email != "" {
		t.Errorf("profile %+v, %v", profile, err)
	}
}

func TestDirectoryObeysNobodyWhoIsNotAPerson(t *testing.T) {
	g := start(t)
	directory := newDirectory(t, g)
	for _, actor := range []chatops.Actor{
		{}, person(""), person("kargo-bot[bot]"), person("acme/platform"), person("../../app"), person("a b"),
		person(strings.Repeat("a", 200)), {Source: chatops.SourceSlack, ID: "octocat"}, {Source: chatops.SourceTerminal, ID: "octocat"},
	} {
		if _, err := directory.Profile(soon(t), actor); !errors.Is(err, access.ErrNobody) {
			t.Errorf("%+v: %v", actor, err)
		}
	}
	if calls := g.Calls(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
}

func TestDirectoryWithoutTeamsAsksNothing(t *testing.T) {
	g := start(t)
	directory := newDirectory(t, g, func(o *github.DirectoryOptions) { o.Teams = nil })
	if got := groups(t, directory, "octocat"); got != "" {
		t.Errorf("groups %q", got)
	}
	if calls := g.Calls(); len(calls) > 0 {
		t.Errorf("calls %v", calls)
	}
}

const membershipCall = "teams/get-membership-for-user-in-org"

func TestDirectoryRemembersForFiveMinutes(t *testing.T) {
	g, now := start(t), newClock()
	directory := newDirectory(t, g, func(o *github.DirectoryOptions) { o.Now = now.Now })
	for range 3 {
		groups(t, directory, "octocat")
	}
	if n := g.Counts()[membershipCall]; n != 2 {
		t.Errorf("%d calls for two teams", n)
	}
	if err := g.SetTeam("acme", githubfake.Team{Slug: "platform", Members: []string{"hubot"}}); err != nil {
		t.Fatal(err)
	}
	now.advance(4 * time.Minute)
	if got := groups(t, directory, "octocat"); got != "acme/platform acme/web" {
		t.Errorf("after 4 minutes: %q", got)
	}
	now.advance(2 * time.Minute)
	if got := groups(t, directory, "octocat"); got != "acme/web" {
		t.Errorf("after 6 minutes: %q", got)
	}
}

func TestDirectoryAsksOnceForAll(t *testing.T) {
	g := start(t)
	directory := newDirectory(t, g, func(o *github.DirectoryOptions) { o.Teams = []string{"acme/platform"} })
	release := make(chan struct{})
	g.Inject(membershipCall, 1, githubfake.HoldUntil(release))
	var all sync.WaitGroup
	found := make(chan int, 20)
	ask := func() {
		profile, err := directory.Profile(soon(t), person("octocat"))
		if err != nil {
			t.Error(err)
		}
		found <- len(profile.Groups)
	}
	all.Go(ask)
	if err := g.Await(soon(t), "the first question", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	for range 19 {
		all.Go(ask)
	}
	close(release)
	all.Wait()
	close(found)
	for n := range found {
		if n != 1 {
			t.Errorf("%d groups", n)
		}
	}
	if n := g.Counts()[membershipCall]; n != 1 {
		t.Errorf("%d calls", n)
	}
}

// A team that can't be looked at has no members, and the other teams still count.
func TestDirectoryFailsClosed(t *testing.T) {
	for name, test := range map[string]struct {
		world func(*githubfake.Config)
		fault func(*githubfake.GitHub)
		want  string
		log   string
	}{
		"GitHub fails once": {fault: func(g *githubfake.GitHub) {
			g.Inject(membershipCall, 1, githubfake.Fail(http.StatusInternalServerError))
		},
			want: "one", log: "GitHub answered 500"},
		"the App may not see members": {world: func(c *githubfake.Config) { c.App.Permissions = map[string]string{"issues": "write"} },
			log: "GitHub answered 403"},
		"the App is not installed": {world: func(c *githubfake.Config) { c.World.Installations = nil },
			log: "the GitHub App is not installed in the organization acme"},
		"a limit is reached": {fault: func(g *githubfake.GitHub) {
			g.Inject("", 1, githubfake.Limited(http.StatusForbidden, time.Minute))
		}, log: "rate limit"},
	} {
		t.Run(name, func(t *testing.T) {
			var changes []func(*githubfake.Config)
			if test.world != nil {
				changes = append(changes, test.world)
			}
			g := start(t, changes...)
			if test.fault != nil {
				test.fault(g)
			}
			var log syncBuffer
			directory := newDirectory(t, g, func(o *github.DirectoryOptions) {
				o.Logger = slog.New(slog.NewJSONHandler(&log, nil))
			})
			got := groups(t, directory, "octocat")
			if n := len(strings.Fields(got)); n != len(strings.Fields(test.want)) {
				t.Errorf("groups %q", got)
			}
			if !strings.Contains(log.String(), test.log) {
				t.Errorf("log %s", log.String())
			}
		})
	}
}

func TestDirectoryCanFailLoudly(t *testing.T) {
	g := start(t)
	directory := newDirectory(t, g, func(o *github.DirectoryOptions) { o.FailOnError = true })
	g.Inject(membershipCall, 1, githubfake.Fail(http.StatusInternalServerError))
	if _, err := directory.Profile(soon(t), person("octocat")); err == nil || errors.Is(err, access.ErrNobody) {
		t.Errorf("error %v", err)
	}
	// A failure is not remembered.
	if got := groups(t, directory, "octocat"); got != "acme/platform acme/web" {
		t.Errorf("groups %q", got)
	}
}

func TestDirectoryRefusesWhatIsNoTeam(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:1")
	for _, team := range []string{"", "platform", "acme/", "/platform", "acme/platform/web", "acme/../x", "acme/Platform Team", "acme:platform"} {
		_, err := github.NewDirectory(github.DirectoryOptions{Client: client, Teams: []string{"acme/web", team}})
		if err == nil || !strings.Contains(err.Error(), "organization/team-slug") {
			t.Errorf("%q: %v", team, err)
		}
	}
	if _, err := github.NewDirectory(github.DirectoryOptions{}); err == nil {
		t.Error("a directory without a client")
	}
}

// syncBuffer is a buffer for a log that several goroutines write.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(slices.Clone(b.buffer.Bytes()))
}
