package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/secret"
	"github.com/davidaparicio/kargo-bot/internal/webhook"
)

const (
	plainSecret = "open sesame, said the receiver"
	// keySecret is the key "0123456789abcdef0123456789abcdef" in base64.
	keySecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
)

var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

// delivery is a call as the receiver saw it.
type delivery struct {
	method, path string
	header       http.Header
	body         string
}

// world is a receiver that answers as planned, and a sink that calls it.
type world struct {
	t        *testing.T
	sink     *webhook.Sink
	server   *httptest.Server
	registry *prometheus.Registry

	mu     sync.Mutex
	now    time.Time
	answer http.HandlerFunc
	got    []delivery
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: noon, registry: prometheus.NewRegistry(), answer: answerWith(http.StatusNoContent)}
	w.server = httptest.NewServer(http.HandlerFunc(w.receive))
	t.Cleanup(w.server.Close)
	sink, err := webhook.NewSink(webhook.Options{
		Endpoints: map[string]webhook.Endpoint{
			"audit": {URL: w.server.URL + "/kargo?token=sentinel", Secret: secret.NewText(plainSecret)},
			"key":   {URL: w.server.URL + "/key", Secret: secret.NewText(keySecret)},
		},
		Now: w.clock, Registerer: w.registry,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sink = sink
	return w
}

func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.t.Errorf("read the call: %v", err)
	}
	w.mu.Lock()
	w.got = append(w.got, delivery{r.Method, r.URL.Path, r.Header, string(body)})
	answer := w.answer
	w.mu.Unlock()
	answer(rw, r)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(by)
}

func (w *world) answers(answer http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer = answer
}

func (w *world) deliveries() []delivery {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]delivery(nil), w.got...)
}

// post sends an event that happened at noon.
func (w *world) post(to string) (string, error) {
	w.t.Helper()
	id, err := w.sink.Post(w.t.Context(), message(to))
	if err != nil && strings.Contains(err.Error(), "sentinel") {
		w.t.Errorf("the URL is shown: %v", err)
	}
	return id, err
}

// deferred sends an event that is to be sent again later, and returns when.
func (w *world) deferred(to string) time.Duration {
	w.t.Helper()
	_, err := w.post(to)
	wait, ok := errors.AsType[*notify.Deferred](err)
	if !ok {
		w.t.Fatalf("got %v", err)
	}
	return wait.After
}

// undeliverable sends an event that is not to be sent again, and returns why.
func (w *world) undeliverable(to string) string {
	w.t.Helper()
	_, err := w.post(to)
	never, ok := errors.AsType[*notify.Undeliverable](err)
	if !ok {
		w.t.Fatalf("got %v", err)
	}
	return never.Reason
}

func message(to string) notify.Message {
	return notify.Message{
		Since: noon,
		Target: notify.Target{Webhook: &notify.Webhook{Name: to, Event: notify.Event{
			ID: "evt-1", Outcome: v1alpha1.OutcomeSucceeded, At: noon, Project: "microsvcs", Service: "red",
			Environment: "production", Stage: "red-production", Version: "3.2.0", FromVersion: "3.1.0", By: "octocat",
			Message: "<&>",
		}}},
	}
}

func answerWith(status int) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(status) }
}

// verify does what a receiver does by the specification, of version 1 of signatures.
func verify(t *testing.T, d delivery, key string) {
	t.Helper()
	id, timestamp, signatures := d.header.Get("webhook-id"), d.header.Get("webhook-timestamp"), d.header.Get("webhook-signature")
	if _, err := strconv.ParseInt(timestamp, 10, 64); err != nil || id == "" || strings.Contains(id, ".") {
		t.Fatalf("ID %q, timestamp %q", id, timestamp)
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(strings.Join([]string{id, timestamp, d.body}, ".")))
	want := mac.Sum(nil)
	for signature := range strings.SplitSeq(signatures, " ") {
		version, text, _ := strings.Cut(signature, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if version == "v1" && err == nil && hmac.Equal(want, got) {
			return
		}
	}
	t.Errorf("no signature of %q is right", signatures)
}
