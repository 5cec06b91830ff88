package github_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// clock is set by hand.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// Whatever the shape in which GitHub asks for a pause, it is kept, by all that is done on GitHub.
func TestLimitsAreKept(t *testing.T) {
	for name, test := range map[string]struct {
		fault func(*clock) githubfake.Fault
		after time.Duration
	}{
		"secondary, forbidden": {func(*clock) githubfake.Fault { return githubfake.Limited(http.StatusForbidden, 90*time.Second) }, 90 * time.Second},
		"secondary, too many":  {func(*clock) githubfake.Fault { return githubfake.Limited(http.StatusTooManyRequests, 2*time.Second) }, 2 * time.Second},
		"primary, forbidden": {func(c *clock) githubfake.Fault {
			return githubfake.Exhausted(http.StatusForbidden, c.Now().Add(10*time.Minute))
		}, 10 * time.Minute},
		"primary, too many": {func(c *clock) githubfake.Fault {
			return githubfake.Exhausted(http.StatusTooManyRequests, c.Now().Add(10*time.Minute))
		}, 10 * time.Minute},
		"for days":          {func(*clock) githubfake.Fault { return githubfake.Limited(http.StatusForbidden, 100*time.Hour) }, time.Hour},
		"too many, no more": {func(*clock) githubfake.Fault { return githubfake.Fail(http.StatusTooManyRequests) }, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			g, now := start(t), newClock()
			client := newClient(t, g.URL(), func(o *github.ClientOptions) { o.Now = now.Now })
			if _, err := client.Check(soon(t)); err != nil {
				t.Fatal(err)
			}
			sink := github.NewSink(client)
			g.Inject("issues/create-comment", 1, test.fault(now))
			_, err := sink.Post(soon(t), card(1))
			wantDeferred(t, err, test.after)
			calls := len(g.Calls())
			_, err = sink.Find(soon(t), card(1))
			wantDeferred(t, err, test.after)
			now.advance(test.after - 2*time.Second)
			_, err = sink.Post(soon(t), card(1))
			wantDeferred(t, err, 2*time.Second)
			if n := len(g.Calls()) - calls; n > 0 {
				t.Errorf("%d calls during the pause", n)
			}
			now.advance(3 * time.Second)
			if _, err = sink.Post(soon(t), card(1)); err != nil {
				t.Errorf("after the pause: %v", err)
			}
			if own := ownComments(g); len(own) != 1 {
				t.Errorf("%d comments", len(own))
			}
		})
	}
}

func wantDeferred(t *testing.T, err error, after time.Duration) {
	t.Helper()
	deferred := isDeferred(err)
	if deferred == nil {
		t.Fatalf("error %v", err)
	}
	// GitHub tells time in whole seconds.
	if off := (deferred.After - after).Abs(); off > 1500*time.Millisecond {
		t.Errorf("deferred by %s, want %s", deferred.After, after)
	}
}

// A limit reached while a token is asked for is one too.
func TestLimitOnTokensIsKept(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	g.Inject("apps/create-installation-access-token", 1, githubfake.Limited(http.StatusForbidden, 30*time.Second))
	_, err := sink.Post(soon(t), card(1))
	wantDeferred(t, err, 30*time.Second)
}

// When nothing remains, no call is made to hear so.
func TestNothingIsAskedWhenNothingRemains(t *testing.T) {
	g := start(t, func(c *githubfake.Config) { c.Limits.PerHour = 2 })
	sink := github.NewSink(newClient(t, g.URL()))
	var err error
	for range 2 {
		if _, err = sink.Post(soon(t), card(1)); err != nil {
			t.Fatal(err)
		}
	}
	calls := len(g.Calls())
	_, err = sink.Post(soon(t), card(1))
	wantDeferred(t, err, time.Hour)
	if n := len(g.Calls()) - calls; n > 0 {
		t.Errorf("%d calls", n)
	}
}

// The primary limit of one organization holds nobody else up.
func TestPrimaryLimitIsThatOfOneInstallation(t *testing.T) {
	g := start(t, func(c *githubfake.Config) {
		c.World.Orgs = append(c.World.Orgs, githubfake.Org{Login: "other", Members: []string{"hubot"}})
		c.World.Repositories = append(c.World.Repositories,
			githubfake.Repository{FullName: "other/thing", Issues: []githubfake.Issue{{Number: 1, Author: "hubot"}}})
		c.World.Installations = append(c.World.Installations, githubfake.Installation{ID: 43, Account: "other"})
	})
	sink := github.NewSink(newClient(t, g.URL()))
	other := card(1)
	other.Target.GitHub.Installation, other.Target.GitHub.Repo = 43, "other/thing"
	g.Inject("issues/create-comment", 1, githubfake.Exhausted(http.StatusForbidden, time.Now().Add(time.Hour)))
	_, err := sink.Post(soon(t), card(1))
	wantDeferred(t, err, time.Hour)
	if _, err := sink.Post(soon(t), other); err != nil {
		t.Errorf("the other organization: %v", err)
	}
	g.Inject("issues/create-comment", 1, githubfake.Limited(http.StatusForbidden, time.Minute))
	_, err = sink.Post(soon(t), other)
	wantDeferred(t, err, time.Minute)
}

// A lack of permission is no limit: it closes nothing.
func TestForbiddenIsNoLimit(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	if _, err := sink.Post(soon(t), card(2)); isUndeliverable(err) == nil {
		t.Fatalf("locked: %v", err)
	}
	if _, err := sink.Post(soon(t), card(1)); err != nil {
		t.Error(err)
	}
}
