package slack

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
)

// TestOutOfTime has a handler that takes for ever: the person is told the truth before Slack gives up.
func TestOutOfTime(t *testing.T) {
	var release chan struct{} // of the bubble
	w := newIntakeWorld(t, func(ctx context.Context, _ bot.Request) bot.Answer {
		<-ctx.Done()
		<-release
		return bot.Answer{Card: runningCard(), Shipment: &v1alpha1.Shipment{}}
	})
	r := w.request(t)
	synctest.Test(t, func(t *testing.T) {
		release = make(chan struct{})
		start := time.Now()
		answer := &flushed{ResponseRecorder: httptest.NewRecorder(), at: make(chan time.Time, 1)}
		served := make(chan struct{})
		go func() {
			defer close(served)
			w.intake.ServeHTTP(answer, r)
		}()
		if took := (<-answer.at).Sub(start); took > 2600*time.Millisecond {
			t.Errorf("answered after %s, Slack waits for 3 s", took)
		}
		if got := text(t, answer.ResponseRecorder); !strings.Contains(got, "I can't say yet whether that was recorded") || !strings.Contains(got, "/promote red production") {
			t.Errorf("the person reads:\n%s", got)
		}
		select {
		case <-served:
			t.Error("the handler outlives its request")
		default:
		}
		close(release)
		<-served
	})
	if w.count(t, outcomeUnknown) != 1 || w.count(t, outcomeRecorded) != 0 {
		t.Error("the outcome is not counted as unknown")
	}
}

// flushed tells when an answer went out.
type flushed struct {
	*httptest.ResponseRecorder
	at chan time.Time
}

func (f *flushed) Flush() {
	f.ResponseRecorder.Flush()
	f.at <- time.Now()
}

// TestLateButKnown has a handler that learns after its time what became of the request.
func TestLateButKnown(t *testing.T) {
	w := newIntakeWorld(t, func(ctx context.Context, _ bot.Request) bot.Answer {
		<-ctx.Done()
		return recorded(ctx, bot.Request{})
	})
	r := w.request(t)
	synctest.Test(t, func(t *testing.T) {
		answer := httptest.NewRecorder()
		w.intake.ServeHTTP(answer, r)
		if got := text(t, answer); !strings.Contains(got, "Promote red to production") {
			t.Errorf("the person reads:\n%s", got)
		}
	})
}

func TestHangingUpStopsNothing(t *testing.T) {
	w := newIntakeWorld(t, func(ctx context.Context, r bot.Request) bot.Answer {
		if err := ctx.Err(); err != nil {
			t.Errorf("the request ended with its connection: %v", err)
		}
		return recorded(ctx, r)
	})
	ctx, cancel := context.WithCancel(t.Context())
	r := w.request(t).WithContext(ctx)
	cancel()
	w.intake.ServeHTTP(httptest.NewRecorder(), r)
	if len(w.requests) != 1 {
		t.Error("the request was not carried out")
	}
}

func TestHandlerPanics(t *testing.T) {
	w := newIntakeWorld(t, func(context.Context, bot.Request) bot.Answer { panic("a defect") })
	answer := httptest.NewRecorder()
	w.intake.ServeHTTP(answer, w.request(t))
	if got := text(t, answer); !strings.Contains(got, "I can't say yet whether that was recorded") || strings.Contains(got, "defect") {
		t.Errorf("the person reads:\n%s", got)
	}
	if !strings.Contains(w.log.String(), "a defect") {
		t.Error("the operator does not learn of it")
	}
}

// text returns the fallback text of an answer.
func text(t *testing.T, answer *httptest.ResponseRecorder) string {
	t.Helper()
	var said struct {
		Text string `json:"text"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil {
		t.Fatalf("answer %q: %v", answer.Body, err)
	}
	return said.Text
}
