package github_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

// tagged answers what a tag names, with a validator, until it is moved.
type tagged struct{ at int }

func (g *tagged) answer(_ string, r *http.Request) *http.Response {
	etag := fmt.Sprintf(`"%s"`, hash(g.at))
	if r.Header.Get("If-None-Match") == etag {
		return reply(304, "")
	}
	if r.Header.Get("Accept") != "application/vnd.github.sha" {
		return reply(415, `{}`)
	}
	return reply(200, hash(g.at), "ETag", etag)
}

func resolve(t *testing.T, source *github.Source, want int) {
	t.Helper()
	commit, err := source.Resolve(soon(t), repository, "red/3.4.1")
	if err != nil || commit != hash(want) {
		t.Errorf("resolved to %q, %v", commit, err)
	}
}

// A tag can be moved: it is believed for a minute, and then asked whether it was.
func TestResolveAsksWhetherATagWasMoved(t *testing.T) {
	tag, registry := &tagged{at: 1}, prometheus.NewRegistry()
	source, hub, now := newSource(t, tag.answer, func(o *github.SourceOptions) { o.Registerer = registry })
	resolve(t, source, 1)
	tag.at = 2
	now.advance(59 * time.Second)
	resolve(t, source, 1)
	if hub.calls() != 1 {
		t.Errorf("%d calls within a minute", hub.calls())
	}
	now.advance(time.Second)
	resolve(t, source, 2)
	now.advance(time.Minute)
	resolve(t, source, 2)
	resolve(t, source, 2)
	for outcome, want := range map[string]float64{"read": 3, "not_modified": 1, "memory": 2, "refused": 0, "failed": 0} {
		// Which installation sees the repository is read too.
		if got := counted(t, registry, "kargobot_github_reads_total", outcome); got != want {
			t.Errorf("%s: %v, want %v", outcome, got, want)
		}
	}
	if hub.asked[0] != "commits/red/3.4.1" {
		t.Errorf("asked for %s", hub.asked[0])
	}
}

// A webhook that says that something changed makes it be asked for at once; one of another repository does
// not.
func TestInvalidateMakesATagBeAskedForAgain(t *testing.T) {
	tag := &tagged{at: 1}
	source, hub, _ := newSource(t, tag.answer)
	resolve(t, source, 1)
	tag.at = 2
	source.Invalidate("acme/other")
	source.Invalidate("no repository")
	resolve(t, source, 1)
	source.Invalidate("Acme/MicroSvcs")
	resolve(t, source, 2)
	if hub.calls() != 2 {
		t.Errorf("%d calls", hub.calls())
	}
}

func TestResolveAsksOnlyForWhatCanBe(t *testing.T) {
	source, hub, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(422, `{}`) })
	if commit, err := source.Resolve(soon(t), repository, hash(7)); err != nil || commit != hash(7) {
		t.Errorf("a hash resolved to %q, %v", commit, err)
	}
	for _, ref := range []string{
		"", "..", "../../../user", "a/../b", "a//b", "/a", "a/", ".", "a/.", "-x", "a b", "a\x00", "a\nb", "a?b", "a*", "v1~1", "v1^", "a:b", "a[b", `a\b`,
		"x.lock", "x.", strings.Repeat("x", 256), "\xff",
	} {
		if commit, err := source.Resolve(soon(t), repository, ref); !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%q: %q, %v", ref, commit, err)
		}
	}
	if hub.calls() != 0 {
		t.Errorf("asked for %q", hub.asked)
	}
	for _, ref := range []string{"main", "red/3.4.1", "v1.0.0+build#1%", "ünïcode", "deadbeef"} {
		if _, err := source.Resolve(soon(t), repository, ref); !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	if got := strings.Join(hub.asked, " "); got != "commits/main commits/red/3.4.1 commits/v1.0.0+build%231%25 commits/%C3%BCn%C3%AFcode commits/deadbeef" {
		t.Errorf("asked for %s", got)
	}
}

func TestResolveBelievesHashesOnly(t *testing.T) {
	for _, body := range []string{"", "main", hash(1) + hash(1), `{"sha":"` + hash(1) + `"}`, strings.ToUpper(hash(0xabc))} {
		source, _, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(200, body) })
		if commit, err := source.Resolve(soon(t), repository, "main"); err == nil {
			t.Errorf("%q: believed %q", body, commit)
		}
	}
	source, _, _ := newSource(t, func(string, *http.Request) *http.Response { return reply(304, "") })
	if commit, err := source.Resolve(soon(t), repository, "main"); err == nil {
		t.Errorf("nothing changed since never: %q", commit)
	}
}

func TestARepositoryWithoutTheAppSaysSo(t *testing.T) {
	source, hub, now := newSource(t, (&tagged{at: 1}).answer)
	installed := false
	hub.found = func() *http.Response {
		if installed {
			return reply(200, `{"id":42}`)
		}
		return reply(404, `{}`)
	}
	for range 3 {
		_, err := source.Resolve(soon(t), repository, "red/3.4.1")
		why := unavailable(t, err)
		if why.Reason != "The GitHub App is not installed on acme/microsvcs: whoever owns it has to install it there." || !errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("error %v", err)
		}
	}
	if hub.looked != 1 || hub.calls() != 0 {
		t.Errorf("looked %d times, %d calls", hub.looked, hub.calls())
	}
	installed = true
	now.advance(time.Minute)
	resolve(t, source, 1)
	now.advance(59 * time.Minute)
	resolve(t, source, 1)
	if hub.looked != 2 {
		t.Errorf("looked %d times", hub.looked)
	}
}

func TestASuspendedInstallationSaysSo(t *testing.T) {
	source, hub, _ := newSource(t, (&tagged{at: 1}).answer)
	hub.found = func() *http.Response { return reply(200, `{"id":42,"suspended_at":"2026-08-01T12:00:00Z"}`) }
	_, err := source.Resolve(soon(t), repository, "main")
	if why := unavailable(t, err); why.Reason != "The GitHub App's installation on acme is suspended." {
		t.Errorf("says %q", why.Reason)
	}
	hub.found = func() *http.Response { return reply(200, `{}`) }
	if _, err := source.Resolve(soon(t), "acme/other", "main"); err == nil {
		t.Error("an installation without an ID was believed")
	}
}

func TestWhatGoesWrongIsSaidToPeople(t *testing.T) {
	for name, test := range map[string]struct {
		answer *http.Response
		reason string
		after  time.Duration
		calls  int
	}{
		"out of order":   {reply(502, ``), "GitHub is out of order: it answered 502.", 0, 2},
		"no permission":  {reply(403, `{"message":"Resource not accessible by integration"}`), "GitHub does not let the App read that of acme/microsvcs: it needs to be permitted to read contents and pull requests.", 0, 1},
		"a strange word": {reply(418, ``), "GitHub refused to be read from: it answered 418.", 0, 1},
		"a limit":        {reply(403, `{}`, "Retry-After", "700"), "GitHub's rate limit is reached for another 12 minutes.", 700 * time.Second, 1},
		"a short limit":  {reply(429, `{}`, "Retry-After", "1"), "GitHub's rate limit is reached for another 1 second.", time.Second, 1},
	} {
		source, hub, _ := newSource(t, func(string, *http.Request) *http.Response {
			copied := *test.answer
			copied.Body = io.NopCloser(strings.NewReader(`{}`))
			return &copied
		})
		_, err := source.Resolve(soon(t), repository, "main")
		if why := unavailable(t, err); why.Reason != test.reason || why.After != test.after {
			t.Errorf("%s: says %q, after %s", name, why.Reason, why.After)
		}
		if hub.calls() != test.calls {
			t.Errorf("%s: %d calls", name, hub.calls())
		}
		if errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%s: says that there is no such thing", name)
		}
	}
}

// GitHub fails every now and then: what is only read is read again.
func TestAReadThatFailedOnceIsMadeAgain(t *testing.T) {
	tag, failed := &tagged{at: 1}, false
	source, _, _ := newSource(t, func(path string, r *http.Request) *http.Response {
		if !failed {
			failed = true
			return reply(503, ``)
		}
		return tag.answer(path, r)
	})
	resolve(t, source, 1)
}

func TestAnOutageSaysSo(t *testing.T) {
	source := sourceOf(t, newClient(t, "http://127.0.0.1:1/"))
	_, err := source.Resolve(soon(t), repository, "main")
	if why := unavailable(t, err); why.Reason != "GitHub can't be reached." {
		t.Errorf("says %q", why.Reason)
	}
}

func TestWhoCannotWaitIsToldSo(t *testing.T) {
	answering := make(chan struct{})
	source, _, _ := newSource(t, func(_ string, r *http.Request) *http.Response {
		<-answering
		return reply(200, hash(1))
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := source.Resolve(ctx, repository, "main")
	if why := unavailable(t, err); why.Reason != "GitHub did not answer in time." {
		t.Errorf("says %q", why.Reason)
	}
	close(answering)
}

// gone is a GitHub where the App was installed anew, so that its installation has another ID.
type gone struct{ *hub }

func (g gone) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/42/access_tokens") {
		return &http.Response{StatusCode: http.StatusNotFound, Request: r, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"message":"Not Found"}`))}, nil
	}
	return g.hub.RoundTrip(r)
}

func TestAnInstallationThatIsGoneIsLookedForAnew(t *testing.T) {
	id := 42
	h := &hub{answers: (&tagged{at: 1}).answer, found: func() *http.Response {
		found := reply(200, fmt.Sprintf(`{"id":%d}`, id))
		id = 43
		return found
	}}
	source := sourceOf(t, newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport = gone{h} }))
	resolve(t, source, 1)
	if h.looked != 2 {
		t.Errorf("looked %d times", h.looked)
	}
}

func TestASourceNeedsAClient(t *testing.T) {
	if _, err := github.NewSource(github.SourceOptions{}); err == nil {
		t.Error("it is there without one")
	}
	registry := prometheus.NewRegistry()
	client := newClient(t, "http://127.0.0.1:1/")
	sourceOf(t, client, func(o *github.SourceOptions) { o.Registerer = registry })
	if _, err := github.NewSource(github.SourceOptions{Client: client, Registerer: registry}); err == nil {
		t.Error("two count under one name")
	}
}
