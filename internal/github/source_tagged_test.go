package github_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

func TestWhatATagNames(t *testing.T) {
	at := time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)
	f := startForge(t, githubfake.Repository{
		Commits: []githubfake.Commit{
			{ID: "c1", Message: "feat: one", Author: "octocat", At: at},
			{ID: "c2", Message: "feat: two", Author: "Mona <mona@elsewhere.example>", At: at.Add(time.Minute)},
		},
		Tags: []githubfake.Tag{
			{Name: "red/1.0.0", Commit: "c1"}, {Name: "red/1.1.0", Commit: "c2"}, {Name: "größe", Commit: "c1"},
			{Name: "red/1.2.0", Commit: "c2", Message: "annotated"}, {Name: "v2.0.0-rc.1", Commit: "c2"},
		},
		Releases: []githubfake.Release{{
			Tag: "v2.0.0-rc.1", Name: "Two", Notes: "New.", Author: "hubot", Prerelease: true, Published: at.Add(time.Hour),
		}},
	})
	const pages = "https://github.com/acme/microsvcs/releases/tag/"
	for tag, want := range map[string]freightdiff.Tagged{
		"red/1.0.0":   {Commit: "c1", Author: "octocat", At: at, URL: pages + "red/1.0.0"},
		"red/1.1.0":   {Commit: "c2", Author: "Mona", At: at.Add(time.Minute), URL: pages + "red/1.1.0"},
		"red/1.2.0":   {Commit: "c2", Author: "acme", URL: pages + "red/1.2.0"},
		"größe":       {Commit: "c1", Author: "octocat", At: at, URL: pages + "gr%C3%B6%C3%9Fe"},
		"v2.0.0-rc.1": {Commit: "c2", Author: "hubot", At: at.Add(time.Minute), Name: "Two", Notes: "New.", URL: pages + "v2.0.0-rc.1", Prerelease: true, Published: true, PublishedAt: at.Add(time.Hour)},
	} {
		want.Commit = f.sha(t, want.Commit)
		got, err := f.source.Tagged(soon(t), repository, tag)
		if err != nil {
			t.Errorf("%s: %v", tag, err)
			continue
		}
		if want.At.IsZero() && time.Since(got.At) < time.Hour {
			want.At = got.At // it was annotated just now
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s: -want +got\n%s", tag, diff)
		}
	}
	for _, tag := range []string{"gone", "main", "red", "../../x", "", strings.Repeat("x", 300)} {
		if got, err := f.source.Tagged(soon(t), repository, tag); !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%q: %+v, %v", tag, got, err)
		}
	}
	if _, err := f.source.Tagged(soon(t), "acme/elsewhere", "v1"); unavailable(t, err).Reason == "" {
		t.Errorf("where the App is not: %v", err)
	}
}

// A tag is there before its release, and a hint says when that comes. Without one nothing is asked twice.
func TestATagIsReadAnewAfterAHint(t *testing.T) {
	f := startForge(t, monorepo())
	read := func() *freightdiff.Tagged {
		t.Helper()
		got, err := f.source.Tagged(soon(t), repository, "red/3.4.1")
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read(); got.Published || got.Commit != f.sha(t, "m") {
		t.Errorf("%+v", got)
	}
	calls := len(f.Calls())
	if read(); len(f.Calls()) != calls {
		t.Errorf("%d calls, and then %d", calls, len(f.Calls()))
	}
	if _, _, err := f.PublishRelease(soon(t), repository, githubfake.Release{Tag: "red/3.4.1", Author: "hubot", Notes: "Here."}); err != nil {
		t.Fatal(err)
	}
	if got := read(); got.Published {
		t.Error("asked without a hint")
	}
	f.source.Invalidate(repository)
	if got := read(); !got.Published || got.Notes != "Here." || got.Author != "hubot" {
		t.Errorf("%+v", got)
	}
	if _, err := f.DeleteTag(soon(t), repository, "octocat", "red/3.4.1"); err != nil {
		t.Fatal(err)
	}
	f.source.Invalidate(repository)
	if got, err := f.source.Tagged(soon(t), repository, "red/3.4.1"); !errors.Is(err, freightdiff.ErrNotFound) {
		t.Errorf("deleted: %+v, %v", got, err)
	}
	f.Inject("git/get-ref", 2, githubfake.Fail(http.StatusBadGateway))
	f.source.Invalidate(repository)
	if _, err := f.source.Tagged(soon(t), repository, "red/3.4.1"); errors.Is(err, freightdiff.ErrNotFound) || !strings.Contains(unavailable(t, err).Reason, "out of order") {
		t.Errorf("in an outage: %v", err)
	}
}

// What GitHub should not say is not believed.
func TestTagsThatGitHubDoesNotDescribe(t *testing.T) {
	type answers map[string]any
	good := func() answers {
		return answers{
			"git/ref/tags/v1":                    object{"ref": "refs/tags/v1", "object": object{"type": "commit", "sha": hash(1)}},
			"commits/" + hash(1) + "?per_page=1": commitJSON(1),
		}
	}
	chain := object{"object": object{"type": "tag", "sha": hash(7)}}
	for name, change := range map[string]func(answers){
		"another tag": func(a answers) {
			a["git/ref/tags/v1"] = object{"ref": "refs/tags/v10", "object": object{"type": "commit", "sha": hash(1)}}
		},
		"no hash": func(a answers) {
			a["git/ref/tags/v1"] = object{"ref": "refs/tags/v1", "object": object{"type": "commit", "sha": "../x"}}
		},
		"a file": func(a answers) {
			a["git/ref/tags/v1"] = object{"ref": "refs/tags/v1", "object": object{"type": "blob", "sha": hash(1)}}
		},
		"another commit": func(a answers) { a["commits/"+hash(1)+"?per_page=1"] = commitJSON(2) },
		"a tag of itself": func(a answers) {
			a["git/ref/tags/v1"], a["git/tags/"+hash(7)] = object{"ref": "refs/tags/v1", "object": object{"type": "tag", "sha": hash(7)}}, chain
		},
		"another release": func(a answers) { a["releases/tags/v1"] = object{"tag_name": "v2"} },
	} {
		all := good()
		change(all)
		source, _, _ := newSource(t, func(path string, _ *http.Request) *http.Response {
			if answer, ok := all[path]; ok {
				return replyJSON(answer)
			}
			return reply(404, `{"message":"Not Found"}`)
		})
		if got, err := source.Tagged(soon(t), repository, "v1"); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
