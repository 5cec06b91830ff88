package githubfake_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// Whatever comes in, the answer is JSON with GitHub's headers, and never one that breaks
// GitHub's description.
func FuzzServe(f *testing.F) {
	g, err := githubfake.New(historied())
	if err != nil {
		f.Fatal(err)
	}
	defer g.Close()
	token := "token " + rawToken(f, g, newClock())
	f.Add("GET", "/repos/acme/microsvcs/issues/1/comments", "page=2&per_page=1000", token, "")
	f.Add("POST", "/repos/acme/microsvcs/issues/7/comments", "", token, `{"body":"hello"}`)
	f.Add("POST", "/repos/acme/microsvcs/issues/7/comments", "", token, `{"body":" "}`)
	f.Add("GET", "/app", "", "Bearer e30.e30.e30", "")
	f.Add("GET", "/users/%5B", "since=x&page=-1", token, "null")
	f.Add("DELETE", "/repos/acme/microsvcs/issues/comments/1", "", token, "")
	f.Add("GET", "/repos/acme/microsvcs/compare/red/3.1.0...main", "per_page=2&page=2", token, "")
	f.Add("GET", "/repos/acme/microsvcs/commits", "path=projects/red&since=2026-01-02T03:04:05Z&author=octocat", token, "")
	f.Add("GET", "/repos/acme/microsvcs/commits/main/pulls", "", token, "")
	f.Add("GET", "/repos/acme/microsvcs/git/trees/main", "recursive=1", token, "")
	f.Add("GET", "/repos/acme/microsvcs/pulls", "state=all&sort=updated&direction=asc&head=acme:feature", token, "")
	f.Add("GET", "/repos/acme/microsvcs/pulls/9/files", "page=9", token, "")
	f.Fuzz(func(t *testing.T, method, path, query, authorization, body string) {
		address, err := url.Parse(path)
		if err != nil {
			return
		}
		address.RawQuery = query
		r := &http.Request{
			Method: method, URL: address, Host: "api.github.com", Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"User-Agent": {"fuzz"}, "Content-Type": {"application/json"}, "Authorization": {authorization}},
		}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Body.Len() > 0 && !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		for _, violation := range g.Violations() {
			if strings.HasPrefix(violation.Text, "answer") {
				t.Fatalf("%v", violation)
			}
		}
	})
}
