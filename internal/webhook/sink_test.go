package webhook_test

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/webhook"
)

func TestPostSendsASignedEvent(t *testing.T) {
	w := newWorld(t)
	w.advance(90 * time.Second)
	id, err := w.post("audit")
	if err != nil || id != "evt-1" {
		t.Fatalf("%q, %v", id, err)
	}
	if _, err := w.post("key"); err != nil {
		t.Fatal(err)
	}
	got := w.deliveries()
	if len(got) != 2 || got[0].method != http.MethodPost || got[0].path != "/kargo" {
		t.Fatalf("%+v", got)
	}
	verify(t, got[0], plainSecret)
	verify(t, got[1], "0123456789abcdef0123456789abcdef")
	want := `{"type":"kargobot.promotion.succeeded","timestamp":"2026-11-25T12:00:00Z","data":{"id":"evt-1","outcome":"Succeeded",` +
		`"at":"2026-11-25T12:00:00Z","project":"microsvcs","service":"red","environment":"production","stage":"red-production",` +
		`"version":"3.2.0","fromVersion":"3.1.0","by":"octocat","message":"\u003c\u0026\u003e"}}`
	if diff := cmp.Diff(want, got[0].body); diff != "" {
		t.Errorf("body (-want +got)\n%s", diff)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "kargo-bot", "Webhook-Id": "evt-1",
		"Webhook-Timestamp": strconv.FormatInt(noon.Add(90*time.Second).Unix(), 10),
	} {
		if value := got[0].header.Get(name); value != want {
			t.Errorf("%s: %q", name, value)
		}
	}
}

func TestEveryOutcomeHasAType(t *testing.T) {
	w := newWorld(t)
	seen := map[string]bool{}
	for _, o := range v1alpha1.Outcomes() {
		m := message("audit")
		m.Target.Webhook.Event.Outcome = o
		if _, err := w.sink.Post(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		got := w.deliveries()
		kind, _, _ := strings.Cut(strings.TrimPrefix(got[len(got)-1].body, `{"type":"`), `"`)
		if !strings.HasPrefix(kind, "kargobot.") || seen[kind] {
			t.Errorf("%s is of type %q", o, kind)
		}
		seen[kind] = true
	}
}

func TestAnIDFitsIntoAHeader(t *testing.T) {
	w := newWorld(t)
	m := message("audit")
	m.Target.Webhook.Event.ID = "red-production.01m8.e72fb09\r\nX-Evil: 1"
	first, err := w.sink.Post(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.sink.Post(t.Context(), m)
	got := w.deliveries()
	if err != nil || first != again || got[0].header.Get("webhook-id") != first || got[0].body != got[1].body || got[0].header.Get("X-Evil") != "" {
		t.Errorf("%q, then %q, %v: %v", first, again, err, got[0].header)
	}
	if !strings.Contains(got[0].body, `"id":"`+first+`"`) {
		t.Errorf("the body has another ID: %s", got[0].body)
	}
	verify(t, got[0], plainSecret)
}

func TestOverloadedIsLeftAlone(t *testing.T) {
	for _, test := range []struct {
		name, header string
		status       int
		want         time.Duration
	}{
		{"asks for seconds", "90", http.StatusTooManyRequests, 90 * time.Second},
		{"asks for a time", noon.Add(2 * time.Minute).Format(http.TimeFormat), http.StatusServiceUnavailable, 2 * time.Minute},
		{"asks for too long", "999999", http.StatusServiceUnavailable, time.Hour},
		{"asks for nonsense", "soon", http.StatusBadGateway, time.Second},
		{"asks for nothing", "", http.StatusInternalServerError, time.Second},
		{"asks for the past", "-5", http.StatusTooManyRequests, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			w.answers(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Retry-After", test.header)
				rw.WriteHeader(test.status)
			})
			if after := w.deferred("audit"); after != test.want {
				t.Errorf("again in %s, want %s", after, test.want)
			}
			w.answers(answerWith(http.StatusOK))
			w.advance(test.want - time.Millisecond)
			if after := w.deferred("audit"); after != time.Millisecond || len(w.deliveries()) != 1 {
				t.Errorf("again in %s, after %d calls", after, len(w.deliveries()))
			}
			if _, err := w.post("key"); err != nil {
				t.Errorf("another webhook has to wait, too: %v", err)
			}
			w.advance(time.Millisecond)
			if _, err := w.post("audit"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRestGrowsAndEnds(t *testing.T) {
	w := newWorld(t)
	w.answers(answerWith(http.StatusInternalServerError))
	var waits []time.Duration
	for range 11 {
		after := w.deferred("audit")
		waits = append(waits, after.Round(time.Second))
		w.advance(after)
	}
	s := time.Second
	if diff := cmp.Diff([]time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 32 * s, 64 * s, 128 * s, 256 * s, 300 * s, 300 * s}, waits); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	w.answers(answerWith(http.StatusOK))
	if _, err := w.post("audit"); err != nil {
		t.Fatal(err)
	}
	w.answers(answerWith(http.StatusInternalServerError))
	if after := w.deferred("audit"); after != time.Second {
		t.Errorf("what is past is remembered: %s", after)
	}
}

func TestOneCallFindsOutWhetherItIsWell(t *testing.T) {
	w := newWorld(t)
	w.answers(answerWith(http.StatusBadGateway))
	w.advance(w.deferred("audit"))
	arrived, release := make(chan struct{}), make(chan struct{})
	w.answers(func(rw http.ResponseWriter, _ *http.Request) {
		close(arrived)
		<-release
		rw.WriteHeader(http.StatusOK)
	})
	done := make(chan error)
	go func() {
		_, err := w.sink.Post(t.Context(), message("audit"))
		done <- err
	}()
	<-arrived
	w.deferred("audit")
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := len(w.deliveries()); got != 2 {
		t.Errorf("%d calls", got)
	}
}

func TestNoAnswer(t *testing.T) {
	w := newWorld(t)
	w.answers(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	_, err := w.post("audit")
	_, never := errors.AsType[*notify.Undeliverable](err)
	_, later := errors.AsType[*notify.Deferred](err)
	if err == nil || never || later {
		t.Fatalf("it is known whether the event has come: %v", err)
	}
	if after := w.deferred("audit"); after != time.Second {
		t.Errorf("again in %s", after)
	}
	w.advance(72 * time.Hour)
	if _, err := w.post("audit"); err == nil {
		t.Fatal("taken")
	}
	w.advance(time.Second)
	if reason := w.undeliverable("audit"); reason != "The webhook audit has not taken it within three days." {
		t.Error(reason)
	}
}

func TestOverloadedForTooLong(t *testing.T) {
	w := newWorld(t)
	w.answers(answerWith(http.StatusServiceUnavailable))
	w.advance(72*time.Hour + time.Second)
	if reason := w.undeliverable("audit"); reason != "The webhook audit has not taken it within three days." {
		t.Error(reason)
	}
	if reason := w.undeliverable("audit"); reason != "The webhook audit has not taken it within three days." || len(w.deliveries()) != 1 {
		t.Errorf("%s after %d calls", reason, len(w.deliveries()))
	}
}

func TestRefused(t *testing.T) {
	for _, status := range []int{http.StatusNotFound, http.StatusBadRequest, http.StatusUnauthorized, http.StatusFound} {
		w := newWorld(t)
		w.answers(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Location", "/elsewhere")
			rw.WriteHeader(status)
		})
		for _, step := range []struct{ advance, want time.Duration }{
			{0, 10 * time.Second}, {10 * time.Second, 10 * time.Second}, {10 * time.Second, 20 * time.Second},
			{time.Hour, time.Hour}, {22 * time.Hour, time.Hour},
		} {
			w.advance(step.advance)
			if after := w.deferred("audit"); after != step.want {
				t.Errorf("%d: again in %s, want %s", status, after, step.want)
			}
		}
		w.advance(time.Hour)
		want := "The webhook audit has refused it for a day: it answered " + strconv.Itoa(status) + "."
		if reason := w.undeliverable("audit"); reason != want {
			t.Errorf("%d: %s", status, reason)
		}
		for _, d := range w.deliveries() {
			if d.path != "/kargo" {
				t.Errorf("%d: it was followed to %s", status, d.path)
			}
		}
	}
}

func TestGoneIsForGood(t *testing.T) {
	w := newWorld(t)
	w.answers(answerWith(http.StatusGone))
	if reason := w.undeliverable("audit"); reason != "The webhook audit wants nothing more: it answered 410 Gone." {
		t.Error(reason)
	}
}

func TestNoSuchWebhook(t *testing.T) {
	w := newWorld(t)
	if reason := w.undeliverable("adit"); reason != `The configuration has no webhook "adit".` {
		t.Error(reason)
	}
	_, err := w.sink.Post(t.Context(), notify.Message{})
	if _, ok := errors.AsType[*notify.Undeliverable](err); !ok || w.sink.Address(notify.Message{}) != "" {
		t.Errorf("a message for nobody: %v", err)
	}
}

func TestAnAnswerIsNotReadForever(t *testing.T) {
	w := newWorld(t)
	gone := make(chan struct{})
	w.answers(func(rw http.ResponseWriter, r *http.Request) {
		defer close(gone)
		for line := []byte(strings.Repeat("x", 1<<16)); r.Context().Err() == nil; {
			if _, err := rw.Write(line); err != nil {
				return
			}
		}
	})
	if id, err := w.post("audit"); err != nil || id != "evt-1" {
		t.Errorf("%q, %v", id, err)
	}
	<-gone
}

func TestWhatWasSentStays(t *testing.T) {
	w := newWorld(t)
	if id, err := w.sink.Find(t.Context(), message("audit")); id != "" || err != nil {
		t.Errorf("found %q, %v", id, err)
	}
	if err := w.sink.Update(t.Context(), "evt-1", message("audit")); err != nil || len(w.deliveries()) != 0 {
		t.Errorf("%v, %d calls", err, len(w.deliveries()))
	}
	if w.sink.Address(message("audit")) != "audit" || w.sink.Interval() <= 0 {
		t.Error("the record has nothing to go by")
	}
}

func TestNewSinkRefusesSecrets(t *testing.T) {
	for _, text := range []string{"", "whsec_", "whsec_sentinel!"} {
		_, err := webhook.NewSink(webhook.Options{Endpoints: map[string]webhook.Endpoint{"audit": {URL: "https://a", Secret: secret.NewText(text)}}})
		if err == nil || !strings.Contains(err.Error(), "audit") || strings.Contains(err.Error(), "sentinel") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t)
	for _, status := range []int{http.StatusOK, http.StatusNotFound, http.StatusBadGateway} {
		w.answers(answerWith(status))
		_, _ = w.post("audit")
	}
	families, err := w.registry.Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "kargobot_webhook_calls_total" {
		t.Fatalf("%v, %v", families, err)
	}
	got := map[string]float64{}
	for _, metric := range families[0].GetMetric() {
		for _, label := range metric.GetLabel() {
			got[label.GetName()+" "+label.GetValue()] += metric.GetCounter().GetValue()
		}
	}
	want := map[string]float64{"webhook audit": 3, "outcome accepted": 1, "outcome overloaded": 1, "outcome refused": 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := webhook.NewSink(webhook.Options{Registerer: w.registry}); err == nil {
		t.Error("registered twice")
	}
}
