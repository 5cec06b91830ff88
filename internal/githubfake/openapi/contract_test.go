package openapi_test

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

func request(method, target, body string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestRequests(t *testing.T) {
	issue := map[string]string{"owner": "acme", "repo": "microsvcs", "issue_number": "1"}
	const comments = "/repos/acme/microsvcs/issues/1/comments"
	for name, test := range map[string]struct {
		operation, method, target, body string
		path                            map[string]string
		says                            string // "": it is fine
	}{
		"a comment":         {"issues/create-comment", "POST", comments, `{"body":"hello"}`, issue, ""},
		"nothing in it":     {"issues/create-comment", "POST", comments, `{}`, issue, `"body" is missing`},
		"wrong type":        {"issues/create-comment", "POST", comments, `{"body":1}`, issue, "at /body"},
		"misspelt key":      {"issues/create-comment", "POST", comments, `{"body":"hello","boddy":1}`, issue, "no /boddy"},
		"no body":           {"issues/create-comment", "POST", comments, ``, issue, "value is required"},
		"null for a body":   {"issues/create-comment", "POST", comments, `null`, issue, "is not nullable"},
		"a list":            {"issues/list-comments", "GET", comments + "?per_page=100&since=2026-01-02T03:04:05Z", ``, issue, ""},
		"misspelt query":    {"issues/list-comments", "GET", comments + "?perpage=100", ``, issue, `no query parameter "perpage"`},
		"no number":         {"issues/list-comments", "GET", comments + "?per_page=many", ``, issue, "per_page"},
		"body for a list":   {"issues/list-comments", "GET", comments, `{}`, issue, "not allowed"},
		"no such reaction":  {"reactions/create-for-issue-comment", "POST", "/", `{"content":"thumbs"}`, map[string]string{"owner": "a", "repo": "b", "comment_id": "1"}, "at /content"},
		"null for no body":  {"apps/create-installation-access-token", "POST", "/", "null\n", map[string]string{"installation_id": "1"}, ""},
		"unknown operation": {"issues/burn", "POST", "/", ``, nil, "not in the slice"},
	} {
		r := request(test.method, test.target, test.body)
		err := openapi.Contract{}.Request(test.operation, r, test.path, []byte(test.body))
		if (test.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnswers(t *testing.T) {
	const membership = `{"url":"https://api.github.com/x","role":"member","state":"active"`
	for name, test := range map[string]struct {
		status int
		body   string
		says   string // "": it is fine
	}{
		"a membership":       {200, membership + `}`, ""},
		"a key too few":      {200, `{"url":"https://api.github.com/x","role":"member"}`, `"state" is missing`},
		"a key too many":     {200, membership + `,"since":"today"}`, "no /since"},
		"no such role":       {200, strings.Replace(membership, "member", "king", 1) + `}`, "at /role"},
		"no JSON":            {200, `hello`, "failed to decode"},
		"listed refusal":     {404, `{"message":"Not Found"}`, ""},
		"unlisted refusal":   {403, `{"message":"No","documentation_url":"https://docs.github.com","status":"403"}`, ""},
		"silent refusal":     {403, `{}`, "without a message"},
		"text for a refusal": {502, `<html>`, "refusal"},
		"unlisted success":   {201, membership + `}`, "does not answer 201"},
	} {
		header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
		err := openapi.Contract{}.Answer("teams/get-membership-for-user-in-org", request("GET", "/", ""), test.status, header, []byte(test.body))
		if (test.says == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Some operations answer formats other than JSON, and those only.
func TestOtherFormats(t *testing.T) {
	for _, test := range []struct {
		operation, media string
		status           int
		fine             bool
	}{
		{"repos/get-commit", "application/vnd.github.sha; charset=utf-8", 200, true},
		{"repos/get-commit", "application/vnd.github.raw", 200, false},
		{"git/get-blob", "application/vnd.github.raw; charset=utf-8", 200, true},
		{"git/get-tree", "application/vnd.github.raw", 200, false},
		{"repos/get-commit", "application/vnd.github.sha", 404, false},
	} {
		err := openapi.Contract{}.Answer(test.operation, request("GET", "/", ""), test.status, http.Header{"Content-Type": {test.media}}, []byte("text"))
		if (err == nil) != test.fine {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

// The slice holds what operations.txt asks for: it was cut after the last change there.
func TestSliceIsUpToDate(t *testing.T) {
	file, err := os.Open("operations.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var asked []string
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" && !strings.HasPrefix(line, "#") {
			asked = append(asked, line)
		}
	}
	slices.Sort(asked)
	held, err := openapi.Contract{}.Operations()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(asked, held) {
		t.Errorf("operations.txt asks for %v,\ngithub.json holds %v", asked, held)
	}
	if _, _, err := (openapi.Contract{}).Route("issues/burn"); !errors.Is(err, openapi.ErrUnknownOperation) {
		t.Errorf("%v", err)
	}
}

func BenchmarkRequest(b *testing.B) {
	path := map[string]string{"owner": "acme", "repo": "microsvcs", "issue_number": "1"}
	body := []byte(`{"body":"hello"}`)
	r := request("POST", "/repos/acme/microsvcs/issues/1/comments", string(body))
	for b.Loop() {
		if err := (openapi.Contract{}).Request("issues/create-comment", r, path, body); err != nil {
			b.Fatal(err)
		}
	}
}
