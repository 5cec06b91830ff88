package githubfake_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestUnknownRoutes(t *testing.T) {
	g := start(t, config())
	for _, route := range [][2]string{
		{http.MethodGet, "/"}, {http.MethodGet, "/nothing"}, {http.MethodPut, "/app"}, {http.MethodGet, "/app/"},
		{http.MethodGet, "/repos/acme/microsvcs/issues/one"}, {http.MethodGet, "/repos/acme//issues/1"},
	} {
		answer, body := call(t, g, route[0], route[1], "")
		var refusal map[string]string
		if err := json.Unmarshal([]byte(body), &refusal); err != nil {
			t.Fatalf("%v: %s", route, body)
		}
		if answer.Header.Get("X-RateLimit-Limit") != "5000" {
			t.Errorf("%v: %v", route, answer.Header)
		}
		if answer.StatusCode != http.StatusNotFound || refusal["message"] != "Not Found" || refusal["status"] != "404" || refusal["documentation_url"] == "" {
			t.Errorf("%v: %d %s", route, answer.StatusCode, body)
		}
	}
}

func TestHeaders(t *testing.T) {
	g := start(t, config())
	token := "token " + installationToken(t, g)
	for name, test := range map[string]struct {
		header, value string
		status        int
	}{
		"nothing special":     {"Accept", "", 200},
		"no user agent":       {"User-Agent", "", 403},
		"an API version":      {"X-GitHub-Api-Version", "2022-11-28", 200},
		"no API version":      {"X-GitHub-Api-Version", "2021-01-01", 400},
		"JSON":                {"Accept", "application/json", 200},
		"GitHub's JSON":       {"Accept", "application/vnd.github+json", 200},
		"with an old version": {"Accept", "application/vnd.github.v3+json", 200},
		"an old preview":      {"Accept", "application/vnd.github.squirrel-girl-preview", 200},
		"one of several":      {"Accept", "text/html, */*;q=0.1", 200},
		"XML":                 {"Accept", "application/xml", 415},
		"a rendered body":     {"Accept", "application/vnd.github.html+json", 415},
	} {
		answer, body := call(t, g, http.MethodGet, issuePath, "", "Authorization", token, test.header, test.value)
		if answer.StatusCode != test.status {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
		if answer.Header.Get("X-GitHub-Api-Version-Selected") == "" || answer.Header.Get("X-GitHub-Media-Type") == "" {
			t.Errorf("%s: %v", name, answer.Header)
		}
	}
}

func TestUnchangedAnswersAreFree(t *testing.T) {
	g := start(t, config())
	token := "token " + installationToken(t, g)
	first, _ := call(t, g, http.MethodGet, issuePath, "", "Authorization", token)
	tag := first.Header.Get("ETag")
	second, body := call(t, g, http.MethodGet, issuePath, "", "Authorization", token, "If-None-Match", tag)
	if second.StatusCode != http.StatusNotModified || body != "" || second.Header.Get("ETag") != tag {
		t.Errorf("%d %q %v", second.StatusCode, body, second.Header)
	}
	if before, after := first.Header.Get("X-RateLimit-Remaining"), second.Header.Get("X-RateLimit-Remaining"); before != after {
		t.Errorf("remaining: %s, then %s", before, after)
	}
	if _, _, err := g.Comment(soon(t), repo, 1, "octocat", "hello"); err != nil {
		t.Fatal(err)
	}
	if third, _ := call(t, g, http.MethodGet, issuePath, "", "Authorization", token, "If-None-Match", tag); third.StatusCode != http.StatusOK {
		t.Errorf("after a change: %d", third.StatusCode)
	}
}

func TestCommentsThatGitHubRefuses(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)
	for name, test := range map[string]struct {
		issue   int
		body    string
		status  int
		message string
	}{
		"longest":        {1, strings.Repeat("é", 65_536), 201, ""},
		"too long":       {1, strings.Repeat("é", 65_537), 422, "Body is too long (maximum is 65536 characters)"},
		"empty":          {1, "", 422, "Body cannot be blank"},
		"blank":          {1, " \n", 422, "Body cannot be blank"},
		"locked":         {2, "hello", 403, ""},
		"no such number": {99, "hello", 404, ""},
	} {
		_, answer, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", test.issue, &github.IssueComment{Body: &test.body})
		if answer == nil || answer.StatusCode != test.status {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var refusal *github.ErrorResponse
		if test.message == "" || !errors.As(err, &refusal) {
			continue
		}
		if refusal.Message != "Validation Failed" || len(refusal.Errors) != 1 || refusal.Errors[0].Message != test.message || refusal.Errors[0].Resource != "IssueComment" {
			t.Errorf("%s: %+v", name, refusal)
		}
	}
	if comments := g.Comments(repo, 1); len(comments) != 1 {
		t.Errorf("%d comments were stored", len(comments))
	}
}

// Requests that break GitHub's description are refused as GitHub would when nobody
// checks, and otherwise reported.
func TestContract(t *testing.T) {
	const comments = "/repos/acme/microsvcs/issues/1/comments"
	const reactions = "/repos/acme/microsvcs/issues/comments/%d/reactions"
	unchecked := config()
	unchecked.Contract = githubfake.Unchecked{}
	for name, test := range map[string]struct {
		method, path, body string
		status             int
	}{
		"body missing":     {http.MethodPost, comments, `{}`, 422},
		"body of a number": {http.MethodPost, comments, `{"body":1}`, 400},
		"no JSON":          {http.MethodPost, comments, `hello`, 400},
		"misspelt key":     {http.MethodPost, comments, `{"body":"hello","boddy":""}`, 201},
		"misspelt query":   {http.MethodGet, comments + "?perpage=3", ``, 200},
		"no such reaction": {http.MethodPost, reactions, `{"content":"thumbs"}`, 422},
	} {
		for _, given := range []githubfake.Config{unchecked, config()} {
			g := lenient(t, given)
			written, _, err := g.Comment(soon(t), repo, 1, "octocat", "hello")
			if err != nil {
				t.Fatal(err)
			}
			path := strings.ReplaceAll(test.path, "%d", jsonNumber(written.ID))
			answer, body := call(t, g, test.method, path, test.body, "Authorization", "token "+installationToken(t, g))
			want, breaches := test.status, 0
			if given.Contract != unchecked.Contract {
				want, breaches = http.StatusInternalServerError, 1
			}
			if answer.StatusCode != want || len(g.Violations()) != breaches {
				t.Errorf("%s: %d %s, violations: %v", name, answer.StatusCode, body, g.Violations())
			}
		}
	}
}

func jsonNumber(id int64) string {
	text, _ := json.Marshal(id)
	return string(text)
}

func TestBodyIsBounded(t *testing.T) {
	g := start(t, config())
	huge := `{"body":"` + strings.Repeat("x", 1<<20) + `"}`
	answer, _ := call(t, g, http.MethodPost, "/repos/acme/microsvcs/issues/1/comments", huge, "Authorization", "token x")
	if answer.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d", answer.StatusCode)
	}
}
