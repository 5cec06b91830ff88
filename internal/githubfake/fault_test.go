package githubfake_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

const create = "issues/create-comment"

func TestFaultsThatAnswer(t *testing.T) {
	for name, test := range map[string]struct {
		fault githubfake.Fault
		check func(error) bool
	}{
		"502": {githubfake.Fail(http.StatusBadGateway), func(err error) bool {
			var refusal *github.ErrorResponse
			return errors.As(err, &refusal) && refusal.Response.StatusCode == http.StatusBadGateway
		}},
		"secondary limit": {githubfake.Limited(http.StatusForbidden, 7*time.Second), func(err error) bool {
			var limited *github.AbuseRateLimitError
			return errors.As(err, &limited) && limited.GetRetryAfter() == 7*time.Second
		}},
		"429": {githubfake.Limited(http.StatusTooManyRequests, 7*time.Second), func(err error) bool {
			var refusal *github.ErrorResponse
			return errors.As(err, &refusal) && refusal.Response.Header.Get("Retry-After") == "7"
		}},
		"primary limit": {githubfake.Exhausted(http.StatusForbidden, time.Now().Add(time.Minute)), func(err error) bool {
			var limited *github.RateLimitError
			return errors.As(err, &limited) && time.Until(limited.Rate.Reset.Time) <= time.Minute
		}},
	} {
		g := start(t, config())
		g.Inject(create, 1, test.fault)
		if err := comment(soon(t), client(t, g)); !test.check(err) {
			t.Errorf("%s: %v", name, err)
		}
		if len(g.Comments(repo, 1)) != 0 {
			t.Errorf("%s: a comment was stored", name)
		}
		if err := comment(soon(t), client(t, g)); err != nil {
			t.Errorf("%s: the next call: %v", name, err)
		}
	}
}

func comment(ctx context.Context, c *github.Client) error {
	_, _, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", 1, &github.IssueComment{Body: new("hello")})
	return err
}

func TestFaultsThatCut(t *testing.T) {
	g := start(t, config())
	c := client(t, g)
	g.Inject(create, 1, githubfake.Cut())
	g.Inject(create, 1, githubfake.LoseAnswer())
	if err := comment(soon(t), c); err == nil || len(g.Comments(repo, 1)) != 0 {
		t.Errorf("cut before: %v, %d comments", err, len(g.Comments(repo, 1)))
	}
	if err := comment(soon(t), c); err == nil || len(g.Comments(repo, 1)) != 1 {
		t.Errorf("answer lost: %v, %d comments", err, len(g.Comments(repo, 1)))
	}
	refused := g.Refused()
	if len(refused) != 2 || refused[0].Status != 0 {
		t.Errorf("refused: %+v", refused)
	}
}

func TestFaultsThatHold(t *testing.T) {
	g := start(t, config())
	c := client(t, g)

	g.Inject(create, 1, githubfake.Hang())
	ctx, cancel := context.WithCancel(soon(t))
	defer cancel()
	hung := make(chan error)
	go func() { hung <- comment(ctx, c) }()
	if err := g.Await(soon(t), "the call", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-hung; !errors.Is(err, context.Canceled) {
		t.Errorf("hung: %v", err)
	}
	if err := g.Await(soon(t), "the hung call", func() bool { return len(g.Refused()) == 1 }); err != nil {
		t.Error(err)
	}

	release := make(chan struct{})
	g.Inject("", 1, githubfake.HoldUntil(release))
	held := make(chan error)
	go func() { held <- comment(soon(t), c) }()
	if err := g.Await(soon(t), "the call", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	if len(g.Comments(repo, 1)) != 0 {
		t.Error("it was not held")
	}
	close(release)
	if err := <-held; err != nil || len(g.Comments(repo, 1)) != 1 {
		t.Errorf("released: %v", err)
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	g := start(t, config())
	c := client(t, g)
	g.Inject(create, 1, githubfake.Hang())
	hung := make(chan error)
	go func() { hung <- comment(soon(t), c) }()
	if err := g.Await(soon(t), "the call", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	g.Close()
	if err := <-hung; err == nil {
		t.Error("the call was answered")
	}
}
