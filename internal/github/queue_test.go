package github_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/github"
)

// distinct is a delivery of comment number i.
func distinct(i int) *http.Request {
	payload := commentEvent(promoteRed)
	payload["comment"].(object)["id"] = 1000 + i
	return delivery("issue_comment", encode(payload))
}

func TestCommandsWaitForAPlaceAndNotForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const atOnce, waiting = 64, 512
		var mu sync.Mutex
		running, most := 0, 0
		release := make(chan struct{})
		client := newClient(t, "http://127.0.0.1:1/", func(o *github.ClientOptions) { o.Transport = absent{} })
		intake := newIntake(t, handlerFunc(func(_ context.Context, request bot.Request) bot.Answer {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			<-release
			mu.Lock()
			running--
			mu.Unlock()
			return record(request)
		}), func(o *github.IntakeOptions) { o.Client = client })
		statuses := map[int]int{}
		var all sync.WaitGroup
		send := func(i int) {
			all.Go(func() {
				w := serve(intake, distinct(i))
				mu.Lock()
				defer mu.Unlock()
				statuses[w.Code]++
			})
			synctest.Wait()
		}
		for i := range atOnce + waiting {
			send(i)
		}
		if most != atOnce || len(statuses) > 0 {
			t.Errorf("%d at once; answers %v", most, statuses)
		}
		// There is no place left to wait in.
		full := serve(intake, distinct(9999))
		if full.Code != http.StatusServiceUnavailable || full.Header().Get("Retry-After") == "" {
			t.Errorf("when all is full: %d", full.Code)
		}
		// What is no command is not held up.
		if w := serve(intake, delivery("push", "{}")); w.Code != http.StatusOK {
			t.Errorf("a push: %d", w.Code)
		}
		// Nobody waits for longer than half the time there is.
		start := time.Now()
		<-time.After(4 * time.Second) // of the test's own clock: takes no time
		synctest.Wait()
		if statuses[http.StatusServiceUnavailable] != waiting {
			t.Errorf("after %s: %v", time.Since(start), statuses)
		}
		send(10_000)
		close(release)
		all.Wait()
		if statuses[http.StatusOK] != atOnce+1 {
			t.Errorf("in the end: %v", statuses)
		}
	})
}

func TestCommandsThatTakeTooLongAreLeftToAnotherDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, "http://127.0.0.1:1/", func(o *github.ClientOptions) { o.Transport = absent{} })
		carriedOut := 0
		intake := newIntake(t, handlerFunc(func(ctx context.Context, request bot.Request) bot.Answer {
			carriedOut++
			select {
			case <-time.After(5 * time.Second):
				return record(request)
			case <-ctx.Done():
				return fail(request)
			}
		}), func(o *github.IntakeOptions) { o.Client = client })
		start := time.Now()
		w := serve(intake, delivery("issue_comment", encode(commentEvent("/promote red production\n/promote blue production\n/promote green production"))))
		if took := time.Since(start); w.Code != http.StatusServiceUnavailable || took > 9*time.Second {
			t.Errorf("answered %d after %s", w.Code, took)
		}
		if carriedOut != 2 {
			t.Errorf("%d commands were tried", carriedOut)
		}
	})
}

// A command is carried through even if GitHub hangs up in the middle.
func TestHangingUpStopsNoCommand(t *testing.T) {
	client := newClient(t, "http://127.0.0.1:1/")
	ctx, cancel := context.WithCancel(soon(t))
	var handled error
	intake := newIntake(t, handlerFunc(func(ctx context.Context, request bot.Request) bot.Answer {
		cancel()
		handled = ctx.Err()
		return record(request)
	}), func(o *github.IntakeOptions) { o.Client = client })
	w := httptest.NewRecorder()
	intake.ServeHTTP(w, delivery("issue_comment", encode(commentEvent(promoteRed))).WithContext(ctx))
	if w.Code != http.StatusOK || handled != nil {
		t.Errorf("answered %d, the command saw %v", w.Code, handled)
	}
}
