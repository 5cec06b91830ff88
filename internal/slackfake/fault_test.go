package slackfake_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// try posts "x" to #deploys and returns what the client got.
func (w *world) try(ctx context.Context, text string) (*http.Response, error) {
	w.t.Helper()
	form := url.Values{"token": {slackfake.DefaultBotToken}, "channel": {"C7"}, "text": {text}}
	request := w.post("chat.postMessage", "application/x-www-form-urlencoded", form.Encode())
	response, err := w.client.Do(request.WithContext(ctx))
	if err == nil {
		defer func() { _ = response.Body.Close() }()
	}
	return response, err
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	w.FailNext("chat.postMessage", 1, slackfake.RateLimited(1500*time.Millisecond))
	w.FailNext("chat.postMessage", 1, slackfake.ServerError(http.StatusBadGateway))
	w.FailNext("chat.postMessage", 1, slackfake.APIError("token_revoked"))

	limited := w.call("chat.postMessage", "channel", "C7", "text", "x")
	if limited.status != http.StatusTooManyRequests || limited.header.Get("Retry-After") != "2" || limited.code() != "ratelimited" {
		t.Errorf("rate limit: %d %v %s", limited.status, limited.header, limited.raw)
	}
	if r := w.call("chat.postMessage", "channel", "C7", "text", "x"); r.status != http.StatusBadGateway || r.body != nil {
		t.Errorf("server error: %d %s", r.status, r.raw)
	}
	w.refused("token_revoked", "chat.postMessage", "channel", "C7", "text", "x")
	if n := len(w.Messages("")); n != 0 {
		t.Errorf("%d messages got through", n)
	}
	w.must("chat.postMessage", "channel", "C7", "text", "after the faults")
	if slices.ContainsFunc(w.Refused(), func(r slackfake.Refusal) bool { return !r.Injected }) {
		t.Errorf("refusals of the fake's own: %+v", w.Refused())
	}
}

func TestLostAnswer(t *testing.T) {
	w := newWorld(t)
	w.FailNext("chat.postMessage", 1, slackfake.LoseAnswer())
	if response, err := w.try(w.context(), "lost"); err == nil {
		t.Fatalf("got an answer: %v", response.Status)
	}
	if messages := w.Messages("C7"); len(messages) != 1 || messages[0].Text != "lost" {
		t.Errorf("the message has to be there: %+v", messages)
	}
}

func TestCutConnection(t *testing.T) {
	w := newWorld(t)
	w.FailNext("chat.postMessage", 1, slackfake.CutConnection())
	if _, err := w.try(w.context(), "cut"); !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want EOF", err)
	}
	if messages := w.Messages("C7"); len(messages) != 0 {
		t.Errorf("nothing may be there: %+v", messages)
	}
}

func TestHang(t *testing.T) {
	w := newWorld(t)
	w.FailNext("chat.postMessage", 1, slackfake.Hang())
	ctx, cancel := context.WithTimeout(w.context(), 50*time.Millisecond)
	defer cancel()
	if _, err := w.try(ctx, "slow"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want a timeout", err)
	}
}

func TestCloseEndsWhatHangs(t *testing.T) {
	w := newWorld(t)
	arrived := make(chan struct{})
	w.SetFault(func(slackfake.Request) slackfake.Fault {
		close(arrived)
		return slackfake.Hang()
	})
	done := make(chan error, 1)
	go func() {
		_, err := w.try(w.context(), "slow")
		done <- err
	}()
	<-arrived
	w.Close()
	if err := <-done; !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want EOF", err)
	}
}

func TestSetFault(t *testing.T) {
	w := newWorld(t)
	w.SetFault(func(r slackfake.Request) slackfake.Fault {
		if r.Method == "chat.postMessage" && r.Channel == "C7" && r.N%2 == 1 {
			return slackfake.APIError("fatal_error")
		}
		return slackfake.Fault{}
	})
	w.refused("fatal_error", "chat.postMessage", "channel", "C7", "text", "x")
	w.must("chat.postMessage", "channel", "C7", "text", "x")
	w.refused("fatal_error", "chat.postMessage", "channel", "C7", "text", "x")
	w.SetFault(nil)
	w.must("chat.postMessage", "channel", "C7", "text", "x")
}

func TestRateLimitPerChannel(t *testing.T) {
	w := newWorld(t, func(c *slackfake.Config) {
		c.PerChannelInterval, c.PerChannelBurst = time.Second, 2
	})
	limited := func(channel, retryAfter string) {
		t.Helper()
		r := w.call("chat.postMessage", "channel", channel, "text", "x")
		if r.status != http.StatusTooManyRequests || r.header.Get("Retry-After") != retryAfter {
			t.Errorf("got %d, Retry-After %q: %s", r.status, r.header.Get("Retry-After"), r.raw)
		}
	}
	w.must("chat.postMessage", "channel", "C7", "text", "1")
	ts := w.must("chat.postMessage", "channel", "C7", "text", "2").string("ts")
	limited("C7", "1")
	w.must("chat.update", "channel", "C7", "ts", ts, "text", "an update is no message")
	w.must("chat.postMessage", "channel", "U42", "text", "another channel")
	w.clock.Add(999 * time.Millisecond)
	limited("C7", "1")
	w.clock.Add(time.Millisecond)
	w.must("chat.postMessage", "channel", "C7", "text", "3")
	limited("C7", "1")
}
