package github_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/github"
)

// script is a GitHub that gives tokens, and otherwise answers what it is told.
type script func(*http.Request) *http.Response

func (s script) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
	}
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		return say201(r, fmt.Sprintf(`{"token":"t","expires_at":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339))), nil
	}
	response := s(r)
	response.Request = r
	return response, nil
}

func say201(r *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusCreated, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
}

// reply returns an answer; headers are pairs of a name and a value.
func reply(status int, body string, headers ...string) *http.Response {
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body))}
}

func scripted(t *testing.T, s script) *github.Sink {
	t.Helper()
	return github.NewSink(newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport = s }))
}

func TestLimitsInOddShapesAreKept(t *testing.T) {
	const secondary = `{"documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`
	for name, test := range map[string]struct {
		answer *http.Response
		after  time.Duration
	}{
		"secondary without a time":   {reply(403, secondary), time.Minute},
		"as it was called once":      {reply(403, `{"documentation_url":"https://developer.github.com/v3/#abuse-rate-limits"}`), time.Minute},
		"secondary, at once":         {reply(403, secondary, "Retry-After", "0"), time.Second},
		"secondary, a date":          {reply(403, secondary, "Retry-After", "Sat, 01 Aug 2026 12:00:00 GMT"), time.Minute},
		"primary without a time":     {reply(403, `{}`, "X-RateLimit-Remaining", "0"), time.Minute},
		"primary, in the past":       {reply(403, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1"), time.Second},
		"too many, and no more said": {reply(429, ``), time.Minute},
	} {
		calls := 0
		sink := scripted(t, func(*http.Request) *http.Response { calls++; return test.answer })
		_, err := sink.Post(soon(t), card(1))
		wantDeferred(t, err, test.after)
		if _, err := sink.Post(soon(t), card(1)); isDeferred(err) == nil || calls != 1 {
			t.Errorf("%s: %d calls, %v", name, calls, err)
		}
	}
}

func TestForbiddenSaysWhy(t *testing.T) {
	sink := scripted(t, func(*http.Request) *http.Response {
		return reply(403, `{"message":"Resource not accessible by integration","documentation_url":"https://docs.github.com/rest"}`, "X-GitHub-Request-Id", "A1:B2")
	})
	_, err := sink.Post(soon(t), card(1))
	var refused *github.APIError
	if !errors.As(err, &refused) || isUndeliverable(err) == nil {
		t.Fatalf("error %v", err)
	}
	want := "GitHub answered 403 to POST /api/v3/repos/acme/microsvcs/issues/1/comments: Resource not accessible by integration (request A1:B2)"
	if refused.Error() != want {
		t.Errorf("got  %s\nwant %s", refused, want)
	}
}

// A repository that was renamed answers with a redirect to its new name.
func TestRedirectsWithinGitHubAreFollowed(t *testing.T) {
	var paths []string
	sink := scripted(t, func(r *http.Request) *http.Response {
		paths = append(paths, r.URL.Path)
		if body, _ := io.ReadAll(r.Body); len(body) == 0 || r.Header.Get("Authorization") != "token t" {
			t.Errorf("%s without its body or token", r.URL.Path)
		}
		if len(paths) == 1 {
			return reply(307, ``, "Location", "https://ghe.example/api/v3/repositories/1/issues/1/comments")
		}
		return reply(201, `{"id":5}`)
	})
	if id, err := sink.Post(soon(t), card(1)); err != nil || id != "5" {
		t.Errorf("posted %q, %v; asked %q", id, err, paths)
	}
}

func TestRedirectsEndSometime(t *testing.T) {
	calls := 0
	sink := scripted(t, func(*http.Request) *http.Response {
		calls++
		return reply(307, ``, "Location", "https://ghe.example/api/v3/again")
	})
	if _, err := sink.Post(soon(t), card(1)); err == nil || calls > 10 {
		t.Errorf("%d calls, %v", calls, err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	sink := scripted(t, func(*http.Request) *http.Response {
		answer := reply(201, ``)
		answer.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"body":"`), spaces{}))
		return answer
	})
	if _, err := sink.Post(soon(t), card(1)); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("error %v", err)
	}
}

// spaces never ends.
type spaces struct{}

var blank = strings.Repeat(" ", 64<<10)

func (spaces) Read(p []byte) (int, error) {
	return copy(p, blank), nil
}

func TestClientHasATransportOfItsOwn(t *testing.T) {
	g := start(t)
	client := newClient(t, g.URL(), func(o *github.ClientOptions) { o.Transport = nil })
	if _, err := client.Check(soon(t)); err != nil {
		t.Error(err)
	}
}
