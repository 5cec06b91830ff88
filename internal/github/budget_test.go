package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// When little remains of GitHub's limit, it is for commands: reads wait until it starts anew.
func TestWhatRemainsOfTheLimitIsForCommands(t *testing.T) {
	remaining := 751
	var reset time.Time
	limits := func() []string {
		return []string{
			"X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", strconv.Itoa(remaining),
			"X-RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10), "X-RateLimit-Resource", "core",
		}
	}
	h, now, registry := &hub{}, newClock(), prometheus.NewRegistry()
	h.answers = func(path string, r *http.Request) *http.Response {
		if r.Method == http.MethodPost {
			return reply(201, `{"id":5}`, limits()...)
		}
		remaining--
		return reply(200, hash(1), limits()...)
	}
	reset = now.Now().Add(30 * time.Minute)
	client := newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport, o.Now = h, now.Now })
	source := sourceOf(t, client, func(o *github.SourceOptions) { o.Registerer = registry })
	refs := 0
	read := func() error {
		refs++
		_, err := source.Resolve(soon(t), repository, fmt.Sprint("tag-", refs))
		return err
	}
	for range 2 { // to 750, and to 749: one below 15 %
		if err := read(); err != nil {
			t.Fatal(err)
		}
	}
	calls := h.calls()
	err := read()
	why := unavailable(t, err)
	if want := "GitHub's rate limit is nearly used up; what is left of it is kept for commands until " + reset.UTC().Format("15:04") + " UTC."; why.Reason != want {
		t.Errorf("says %q, want %q", why.Reason, want)
	}
	if off := (why.After - 30*time.Minute).Abs(); off > 2*time.Second {
		t.Errorf("to be asked again after %s", why.After)
	}
	if h.calls() != calls {
		t.Error("asked for all that")
	}
	if got := counted(t, registry, "kargobot_github_reads_total", "refused"); got != 1 {
		t.Errorf("%v are counted as refused", got)
	}
	// What nobody waits for is not written either; an answer to a command is.
	if _, err := source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: "kargo-bot:diff:1", Card: chatops.Card{Title: "x"}}, 5); isDeferred(err) == nil {
		t.Errorf("a comment: %v", err)
	}
	if _, err := github.NewSink(client).Post(soon(t), card(1)); err != nil {
		t.Errorf("an answer to a command: %v", err)
	}
	now.advance(31 * time.Minute)
	remaining, reset = 5000, now.Now().Add(time.Hour)
	for range 3 {
		if err := read(); err != nil {
			t.Errorf("in the next hour: %v", err)
		}
	}
}

// Answers come out of order, and about other limits: an older or a foreign figure changes nothing.
func TestTheLowestFigureOfAnHourCounts(t *testing.T) {
	h, now := &hub{}, newClock()
	reset := now.Now().Add(time.Hour)
	answers := []*http.Response{
		reply(200, hash(1), "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "10", "X-RateLimit-Reset", fmt.Sprint(reset.Add(time.Hour).Unix()), "X-RateLimit-Resource", "search"),
		reply(200, hash(1), "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "10", "X-RateLimit-Reset", "soon"),
		reply(200, hash(1), "X-RateLimit-Limit", "-5", "X-RateLimit-Remaining", "10", "X-RateLimit-Reset", fmt.Sprint(reset.Unix())),
		reply(200, hash(1), "X-RateLimit-Limit", "5000", "X-RateLimit-Remaining", "700", "X-RateLimit-Reset", fmt.Sprint(reset.Unix())),
	}
	h.answers = func(string, *http.Request) *http.Response {
		next := answers[0]
		answers = answers[1:]
		return next
	}
	source := sourceOf(t, newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport, o.Now = h, now.Now }))
	var err error
	for i := range 5 {
		_, err = source.Resolve(soon(t), repository, fmt.Sprint("tag-", i))
		if i < 4 && err != nil {
			t.Errorf("read %d: %v", i, err)
		}
	}
	unavailable(t, err)
}

// GitHub allows 900 points a minute to all that the bot does: reads that somebody waits for keep to 400, and who
// can't wait for their turn is told so.
func TestReadsKeepBelowSecondaryLimits(t *testing.T) {
	source, h, now := newSource(t, func(string, *http.Request) *http.Response { return reply(200, hash(1)) })
	refs := 0
	read := func(ctx context.Context) error {
		refs++
		_, err := source.Resolve(ctx, repository, fmt.Sprint("tag-", refs))
		return err
	}
	for range 99 { // and one for the installation
		if err := read(soon(t)); err != nil {
			t.Fatal(err)
		}
	}
	hurried := func() error {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Millisecond)
		defer cancel()
		return read(ctx)
	}
	why := unavailable(t, hurried())
	if why.Reason != "Too much is read from GitHub right now; it is asked again in a moment." || why.After <= 0 {
		t.Errorf("says %q, after %s", why.Reason, why.After)
	}
	if h.calls() != 99 {
		t.Errorf("%d calls", h.calls())
	}
	// Who can wait does.
	if err := read(soon(t)); err != nil {
		t.Error(err)
	}
	// In a minute there are 400 at the most, with the burst at its beginning.
	made := 0
	for range 60 {
		now.advance(time.Second)
		for hurried() == nil {
			made++
		}
	}
	if made < 370 || made > 400 {
		t.Errorf("%d reads in a minute", made)
	}
}

// Reads leave room among the calls under way: an answer to a command need not wait for them.
func TestReadsLeaveRoomForCommands(t *testing.T) {
	var h hub
	underWay, all := make(chan struct{}, 100), make(chan struct{})
	transport := roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/commits/") {
			underWay <- struct{}{}
			<-all
		}
		return h.RoundTrip(r)
	})
	h.answers = func(_ string, r *http.Request) *http.Response {
		if r.Method == http.MethodPost {
			return reply(201, `{"id":5}`)
		}
		return reply(200, hash(1))
	}
	client := newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport = transport })
	source := sourceOf(t, client)
	var readers sync.WaitGroup
	for i := range 60 {
		readers.Go(func() {
			if _, err := source.Resolve(soon(t), repository, fmt.Sprint("tag-", i)); err != nil {
				t.Error(err)
			}
		})
	}
	for range 20 {
		<-underWay
	}
	if _, err := github.NewSink(client).Post(soon(t), card(1)); err != nil {
		t.Error(err)
	}
	if len(underWay) > 0 {
		t.Errorf("%d more than 20 reads at once", len(underWay))
	}
	close(all)
	readers.Wait()
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// A pause that GitHub asked for is kept by reads as by all else.
func TestReadsKeepAPause(t *testing.T) {
	source, h, now := newSource(t, func(string, *http.Request) *http.Response { return reply(403, `{}`, "Retry-After", "60") })
	for i := range 3 {
		_, err := source.Resolve(soon(t), repository, fmt.Sprint("tag-", i))
		if why := unavailable(t, err); why.After > time.Minute || why.After <= 0 || errors.Is(err, freightdiff.ErrNotFound) {
			t.Errorf("%+v", why)
		}
	}
	if h.calls() != 1 {
		t.Errorf("%d calls during the pause", h.calls())
	}
	now.advance(time.Minute)
	_, _ = source.Resolve(soon(t), repository, "after")
	if h.calls() != 2 {
		t.Errorf("%d calls after it", h.calls())
	}
}

// TestReadsThatNobodyWaitsForLeaveRoomForOthers: those have a smaller share, and remember the same.
func TestReadsThatNobodyWaitsForLeaveRoomForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which reads take no time
		source, hub, _ := newSource(t, func(_ string, r *http.Request) *http.Response { return ahead(r, 1) })
		quiet := source.Background()
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		made := 0
		for ; made < 200; made++ {
			if _, err := quiet.Compare(ctx, repository, hash(made), hash(1000)); err != nil {
				break
			}
		}
		if made < 30 || made > 60 {
			t.Errorf("%d reads in the background at once", made)
		}
		if _, err := source.Compare(soon(t), repository, hash(5000), hash(1000)); err != nil {
			t.Errorf("somebody who waits is refused: %v", err)
		}
		calls := hub.calls()
		if _, err := source.Compare(soon(t), repository, hash(0), hash(1000)); err != nil || hub.calls() != calls {
			t.Errorf("what is known already was asked again: %v", err)
		}
	})
}
