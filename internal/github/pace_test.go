package github_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// diary is a GitHub with empty conversations that notes when something is written.
type diary struct {
	hub
	written []time.Time
}

func newDiary() *diary {
	d := &diary{}
	d.answers = func(_ string, r *http.Request) *http.Response {
		switch {
		case strings.HasSuffix(r.URL.Path, "/app"):
			return reply(200, `{"id":12345,"slug":"kargo-bot"}`)
		case r.Method == http.MethodGet:
			return reply(200, `[]`)
		}
		d.written = append(d.written, time.Now())
		return reply(201, fmt.Sprintf(`{"id":%d}`, len(d.written)))
	}
	return d
}

// Thirty comments are due at once, as after a build: they are written bit by bit, and commands are answered
// meanwhile.
func TestCommentsThatNobodyWaitsForArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const pulls = 30
		d, begin := newDiary(), time.Now()
		client := newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) { o.Transport = d })
		background := sourceOf(t, client).Background()
		var all sync.WaitGroup
		for n := 1; n <= pulls; n++ {
			all.Go(func() {
				for tries := 1; ; tries++ {
					_, err := background.Comment(t.Context(), repository, n, pullrequest.Remark{Marker: diffMarker, Card: diffCard("x")}, 0)
					if err == nil {
						return
					}
					deferred := isDeferred(err)
					if deferred == nil || deferred.After <= 0 || tries == 10 {
						t.Errorf("comment %d, try %d: %v", n, tries, err)
						return
					}
					<-time.After(deferred.After)
				}
			})
		}
		synctest.Wait()
		at := time.Now()
		if _, err := github.NewSink(client).Post(t.Context(), card(1)); err != nil || time.Since(at) > 0 {
			t.Errorf("the answer to a command: %v, after %s", err, time.Since(at))
		}
		all.Wait()
		if len(d.written) != pulls+1 {
			t.Fatalf("%d comments", len(d.written))
		}
		if took := d.written[pulls].Sub(begin); took < 35*time.Second || took > 80*time.Second {
			t.Errorf("written in %s", took)
		}
		// The 11 are those that may come at once, and the answer.
		for i, at := range d.written[11:] {
			if before := d.written[i]; at.Sub(before) < 2*time.Second-10*time.Millisecond {
				t.Errorf("comments %d and %d: %s apart", i, i+11, at.Sub(before))
			}
		}
	})
}

// GitHub allows 500 in an hour: what nobody asked for is at most 300 of them.
func TestCommentsLeaveCommandsTheirPartOfAnHour(t *testing.T) {
	source, h, now := newSource(t, func(string, *http.Request) *http.Response { return reply(200, `{"id":5}`) })
	background := source.Background()
	write := func(n int) error {
		_, err := background.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard(fmt.Sprint("Number ", n))}, 5)
		return err
	}
	for n := range 3600 {
		if err := write(n); err != nil && isDeferred(err) == nil {
			t.Fatal(err)
		}
		now.advance(time.Second)
	}
	if made := h.calls(); made < 250 || made > 300 {
		t.Errorf("%d comments in an hour", made)
	}
	_ = write(-1) // takes what there may be
	if why := isDeferred(write(-2)); why == nil || why.After > 10*time.Minute {
		t.Errorf("sent away: %v", why)
	}
}

// A restart finds out what is said, and says nothing that is said already.
func TestARestartEditsNothingThatIsSaidAlready(t *testing.T) {
	f := startForge(t, branches())
	remark := pullrequest.Remark{Marker: diffMarker, Card: diffCard("One")}
	id, err := f.source.Comment(soon(t), repository, 1, remark, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		restarted := sourceOf(t, f.client).Background()
		before := len(f.Calls())
		found, isSettled, err := restarted.Said(soon(t), repository, 1, diffMarker)
		if err != nil || found != id || isSettled {
			t.Fatalf("found %d, settled %t, %v", found, isSettled, err)
		}
		if same, err := restarted.Comment(soon(t), repository, 1, remark, found); err != nil || same != id {
			t.Fatalf("%d, %v", same, err)
		}
		if calls := len(f.Calls()) - before; calls != 2 || f.Counts()["issues/update-comment"] != 0 {
			t.Errorf("%d calls, of which one looks for the installation and one for the comment; %v", calls, f.Counts())
		}
	}
	// That nothing is left to be said is part of what it says.
	remark.Settled = true
	for range 2 {
		if _, err := f.source.Comment(soon(t), repository, 1, remark, id); err != nil {
			t.Fatal(err)
		}
	}
	if edits := f.Counts()["issues/update-comment"]; edits != 1 {
		t.Errorf("%d edits", edits)
	}
	if _, isSettled, err := sourceOf(t, f.client).Said(soon(t), repository, 1, diffMarker); err != nil || !isSettled {
		t.Errorf("settled %t, %v", isSettled, err)
	}
}

// After an edit of which it is not known whether it was made, the comment is edited again, whatever it said.
func TestAnEditThatFailedIsMadeAgain(t *testing.T) {
	f := startForge(t, branches())
	say := func(title string, id int64) (int64, error) {
		return f.source.Comment(soon(t), repository, 1, pullrequest.Remark{Marker: diffMarker, Card: diffCard(title)}, id)
	}
	id, err := say("One", 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Inject("issues/update-comment", 1, githubfake.Fail(http.StatusBadGateway))
	if _, err := say("Two", id); err == nil {
		t.Fatal("a failed edit is told as made")
	}
	if _, err := say("One", id); err != nil || f.Counts()["issues/update-comment"] != 2 {
		t.Errorf("%v: %v", err, f.Counts())
	}
}

// Two replicas both wrote. Who looks for the comment next keeps the older one.
func TestLookingForTheCommentRemovesYoungerOnes(t *testing.T) {
	f := startForge(t, branches())
	where := card(1)
	where.Marker = diffMarker
	sink := github.NewSink(f.client)
	var ids []string
	for range 3 {
		id, err := sink.Post(soon(t), where)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	id, _, err := f.source.Said(soon(t), repository, 1, diffMarker)
	if err != nil || strconv.FormatInt(id, 10) != ids[0] {
		t.Errorf("found %d of %v, %v", id, ids, err)
	}
	if got := shown(f); strings.Contains(got, ",") || got == "" {
		t.Errorf("shows %s", got)
	}
	if deleted := f.Counts()["issues/delete-comment"]; deleted != 2 {
		t.Errorf("%d were deleted", deleted)
	}
}

// Somebody asks what is just being read for nobody. When the latter is held back, so that more remains for
// people, who asks is answered all the same.
func TestWhoWaitsIsNotRefusedForWhatNobodyWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, now := &hub{}, newClock()
		h.answers = func(_ string, r *http.Request) *http.Response {
			response := ahead(r, 150)
			// A fifth is left: that is for those who wait.
			for name, value := range map[string]string{
				"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "1000", "X-RateLimit-Reset": strconv.FormatInt(now.Now().Add(time.Hour).Unix(), 10),
			} {
				response.Header.Set(name, value)
			}
			return response
		}
		asked, answer := make(chan struct{}), make(chan struct{})
		first := true
		client := newClient(t, "https://ghe.example/api/v3", func(o *github.ClientOptions) {
			o.Now = now.Now
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				if strings.Contains(r.URL.Path, "/compare/") && first {
					first = false
					close(asked)
					<-answer
				}
				return h.RoundTrip(r)
			})
		})
		source := sourceOf(t, client)
		refused, answered := make(chan error, 1), make(chan error, 1)
		go func() {
			_, err := source.Background().Compare(t.Context(), repository, hash(0), hash(150))
			refused <- err
		}()
		<-asked
		go func() {
			c, err := source.Compare(t.Context(), repository, hash(0), hash(150))
			if err == nil && len(c.Commits) != 150 {
				err = fmt.Errorf("%d commits", len(c.Commits))
			}
			answered <- err
		}()
		synctest.Wait()
		close(answer)
		unavailable(t, <-refused)
		if err := <-answered; err != nil {
			t.Errorf("somebody who waits: %v", err)
		}
	})
}
