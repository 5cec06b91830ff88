package github_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

// hub is a GitHub that answers reads as it is told, and counts them.
type hub struct {
	mu      sync.Mutex
	asked   []string // paths below the repository, with their queries
	looked  int      // for the installation
	answers func(path string, r *http.Request) *http.Response
	// found answers which installation sees a repository.
	found func() *http.Response
}

// RoundTrip implements http.RoundTripper.
func (h *hub) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/access_tokens") {
		return say201(r, fmt.Sprintf(`{"token":"t","expires_at":%q}`, time.Now().Add(time.Hour).Format(time.RFC3339))), nil
	}
	_, path, _ := strings.Cut(r.URL.EscapedPath(), "/repos/"+repository+"/")
	h.mu.Lock()
	defer h.mu.Unlock()
	var response *http.Response
	if path == "installation" {
		h.looked++
		response = reply(200, `{"id":42}`)
		if h.found != nil {
			response = h.found()
		}
	} else {
		if r.URL.RawQuery != "" {
			path += "?" + r.URL.RawQuery
		}
		h.asked = append(h.asked, path)
		response = h.answers(path, r)
	}
	response.Request = r
	return response, nil
}

// calls returns how many reads there were.
func (h *hub) calls() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.asked)
}

// newSource returns a source that reads from a hub, by a clock of its own.
func newSource(t testing.TB, answers func(path string, r *http.Request) *http.Response, change ...func(*github.SourceOptions)) (*github.Source, *hub, *clock) {
	t.Helper()
	h, now := &hub{answers: answers}, newClock()
	client := newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport, o.Now = h, now.Now })
	return sourceOf(t, client, change...), h, now
}

// sourceOf returns a source of a client.
func sourceOf(t testing.TB, client *github.Client, change ...func(*github.SourceOptions)) *github.Source {
	t.Helper()
	options := github.SourceOptions{Client: client}
	for _, c := range change {
		c(&options)
	}
	source, err := github.NewSource(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	return source
}

func replyJSON(v any, headers ...string) *http.Response {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps of strings and numbers always encode
	}
	return reply(200, string(text), headers...)
}

// hash is the hash of a number.
func hash(n int) string { return fmt.Sprintf("%040x", n) }

// commitJSON is a commit whose parent is the one before it, a minute older.
func commitJSON(n int) object {
	at := time.Date(2026, 8, 1, 12, n, 0, 0, time.UTC)
	return object{
		"sha": hash(n), "html_url": "https://github.com/acme/microsvcs/commit/" + hash(n),
		"commit": object{
			"message": fmt.Sprintf("feat(red): change %d", n), "author": object{"name": "The Octocat", "date": at}, "committer": object{"date": at},
		},
		"author": object{"login": "octocat"}, "parents": []object{{"sha": hash(n - 1)}},
	}
}

// ahead is a comparison of which head is ahead by so many commits, 1 being the oldest, as GitHub pages it.
func ahead(r *http.Request, total int) *http.Response {
	var page, per int
	query := r.URL.Query()
	_, errPage := fmt.Sscan(query.Get("page"), &page)
	_, errPer := fmt.Sscan(query.Get("per_page"), &per)
	if errPage != nil || errPer != nil || per > 100 {
		return reply(422, `{}`)
	}
	commits := []object{}
	for n := (page-1)*per + 1; n <= min(total, page*per); n++ {
		commits = append(commits, commitJSON(n))
	}
	return replyJSON(object{
		"status": "ahead", "ahead_by": total, "behind_by": 0, "total_commits": total,
		"html_url": "https://github.com/acme/microsvcs/compare/a...b", "commits": commits,
	}, "ETag", `"x"`)
}

// unavailable returns the error as one that says why GitHub can't be asked, or fails the test.
func unavailable(t *testing.T, err error) *freightdiff.Unavailable {
	t.Helper()
	var why *freightdiff.Unavailable
	if !errors.As(err, &why) {
		t.Fatalf("error %v", err)
	}
	return why
}
