package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// A branch can be merged into that of another pull request, and several say then that they brought a commit
// in: the one that was merged by it counts, or else the first.
func TestOfSeveralPullRequestsTheFirstBroughtACommitIn(t *testing.T) {
	const (
		open   = `{"number":1,"merged_at":null}`
		second = `{"number":2,"merged_at":"2026-08-02T12:00:00Z","merge_commit_sha":"0000000000000000000000000000000000000009"}`
		first  = `{"number":3,"merged_at":"2026-08-01T12:00:00Z","user":null}`
	)
	for _, test := range []struct {
		answer string
		commit int
		want   int
	}{
		{`[]`, 1, 0},
		{`[` + open + `]`, 1, 0},
		{`[` + open + `,` + second + `,` + first + `]`, 1, 3},
		{`[` + first + `,` + second + `]`, 9, 2},
	} {
		source, _, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, test.answer) })
		found, err := source.PullRequestOf(soon(t), repository, hash(test.commit))
		if err != nil || (found == nil) != (test.want == 0) || found != nil && found.Number != test.want {
			t.Errorf("%s: %+v, %v", test.answer, found, err)
		}
	}
	source, _, _ := newSource(t, func(string, *http.Request) *http.Response {
		return reply(200, `[{"number":0,"merged_at":"2026-08-02T12:00:00Z"}]`)
	})
	if found, err := source.PullRequestOf(soon(t), repository, hash(1)); err == nil {
		t.Errorf("believed %+v", found)
	}
	if _, err := source.PullRequestOf(soon(t), repository, "main"); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}

// A release that moves to the next page while that is read is listed once, and no more than 300 are.
func TestReleasesAreListedOnce(t *testing.T) {
	source, h, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
		return files(r, 5000, func(n int) object {
			tag := fmt.Sprint("v", n)
			switch n {
			case 101:
				tag = "v100"
			case 102:
				tag = "../../x"
			}
			return object{"tag_name": tag, "html_url": "ftp://x/"}
		})
	})
	releases, err := source.Releases(soon(t), repository)
	if err != nil || len(releases) != freightdiff.MaxReleases-2 || h.calls() != 3 {
		t.Fatalf("%d releases in %d calls, %v", len(releases), h.calls(), err)
	}
	if releases[0].Tag != "v1" || releases[0].URL != "" {
		t.Errorf("%+v", releases[0])
	}
}

// A comment that could not be written as the App was installed anew is written at the next attempt.
func TestACommentFindsTheNewInstallation(t *testing.T) {
	id := 42
	h := &hub{answers: func(string, *http.Request) *http.Response { return reply(200, `{"id":5}`) }, found: func() *http.Response {
		return reply(200, fmt.Sprintf(`{"id":%d}`, id))
	}}
	source := sourceOf(t, newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport = gone{h} }))
	if _, err := source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("x")}, 5); err == nil || isUndeliverable(err) != nil {
		t.Errorf("error %v", err)
	}
	id = 43
	if got, err := source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard("x")}, 5); err != nil || got != 5 {
		t.Errorf("%d, %v", got, err)
	}
}
