package githubfake_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestPrimaryLimit(t *testing.T) {
	given, clock := config(), newClock()
	given.Now, given.Limits = clock.read, githubfake.Limits{PerHour: 2}
	g := start(t, given)
	c, ctx := client(t, g), soon(t)
	for range 2 {
		if _, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 1); err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 1)
	var limited *github.RateLimitError
	if !errors.As(err, &limited) || limited.Rate.Remaining != 0 {
		t.Fatalf("third call: %v", err)
	}
	token := "token " + installationToken(t, g)
	if answer, body := call(t, g, http.MethodGet, "/rate_limit", "", "Authorization", token); answer.StatusCode != http.StatusOK {
		t.Errorf("asking for the limit is free: %d %s", answer.StatusCode, body)
	}
	clock.step(time.Hour)
	token = "token " + rawToken(t, g, clock)
	if answer, body := call(t, g, http.MethodGet, issuePath, "", "Authorization", token); answer.StatusCode != http.StatusOK {
		t.Errorf("an hour later: %d %s", answer.StatusCode, body)
	}
}

func TestSecondaryLimits(t *testing.T) {
	for name, test := range map[string]struct {
		limits  githubfake.Limits
		allowed int
		wait    time.Duration
	}{
		"content a minute": {githubfake.Limits{ContentPerMinute: 3}, 3, time.Minute},
		"content an hour":  {githubfake.Limits{ContentPerHour: 4}, 4, time.Hour},
		"points a minute":  {githubfake.Limits{PointsPerMinute: 11}, 2, time.Minute},
	} {
		given, clock := config(), newClock()
		given.Now, given.Limits = clock.read, test.limits
		g := start(t, given)
		c, ctx := client(t, g), soon(t)
		comment := func() error {
			_, _, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", 1, &github.IssueComment{Body: new("hello")})
			return err
		}
		for range test.allowed {
			if err := comment(); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		var limited *github.AbuseRateLimitError
		if err := comment(); !errors.As(err, &limited) || limited.GetRetryAfter() != test.wait {
			t.Errorf("%s: %v", name, err)
		}
		if stored := len(g.Comments(repo, 1)); stored != test.allowed {
			t.Errorf("%s: %d comments", name, stored)
		}
		clock.step(test.wait)
		answer, body := call(t, g, http.MethodPost, issuePath+"/comments", `{"body":"hello"}`, "Authorization", "token "+rawToken(t, g, clock))
		if answer.StatusCode != http.StatusCreated {
			t.Errorf("%s, later: %d %s", name, answer.StatusCode, body)
		}
	}
}

func TestCallsAtOnce(t *testing.T) {
	given := config()
	given.Limits.Concurrent = 1
	g := start(t, given)
	token := "token " + installationToken(t, g)
	release := make(chan struct{})
	g.Inject("issues/get", 1, githubfake.HoldUntil(release))
	first := make(chan int)
	go func() {
		answer, _ := call(t, g, http.MethodGet, issuePath, "", "Authorization", token)
		first <- answer.StatusCode
	}()
	if err := g.Await(soon(t), "the first call", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	if answer, _ := call(t, g, http.MethodGet, issuePath, "", "Authorization", token); answer.StatusCode != http.StatusForbidden || answer.Header.Get("Retry-After") == "" {
		t.Errorf("second call: %d", answer.StatusCode)
	}
	close(release)
	if status := <-first; status != http.StatusOK {
		t.Errorf("first call: %d", status)
	}
}
