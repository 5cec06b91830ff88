package slackfake_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/slackfake"
)

// responseURL types a command and returns its response_url.
func responseURL(w *world) string {
	w.t.Helper()
	delivery, err := newApp(w).NewSlashCommand(promote)
	if err != nil {
		w.t.Fatal(err)
	}
	return delivery.ResponseURL
}

func (w *world) respond(url, body string) result {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	return w.send(request)
}

func TestResponseURLUses(t *testing.T) {
	w := newWorld(t)
	url := responseURL(w)
	for i := range 5 {
		if r := w.respond(url, `{"text":"x"}`); r.status != 200 || r.raw != "ok" {
			t.Errorf("use %d: %d %s", i+1, r.status, r.raw)
		}
	}
	if r := w.respond(url, `{"text":"x"}`); r.status != http.StatusNotFound || r.code() != "used_url" {
		t.Errorf("use 6: %d %s", r.status, r.raw)
	}
	if n := len(w.Messages("C7")); n != 5 {
		t.Errorf("%d messages, want 5", n)
	}

	url = responseURL(w)
	w.clock.Add(30*time.Minute - time.Second)
	if r := w.respond(url, `{"text":"x"}`); r.status != 200 {
		t.Errorf("after 29:59: %d %s", r.status, r.raw)
	}
	w.clock.Add(time.Second)
	if r := w.respond(url, `{"text":"x"}`); r.status != http.StatusNotFound || r.code() != "expired_url" {
		t.Errorf("after 30:00: %d %s", r.status, r.raw)
	}
	if r := w.respond(url+"0", `{"text":"x"}`); r.status != http.StatusNotFound {
		t.Errorf("a guess: %d %s", r.status, r.raw)
	}
}

func TestResponseURLMessages(t *testing.T) {
	w := newWorld(t)
	url := responseURL(w)
	// As a client with fixed structures sends it: empty members and all.
	w.respond(url, `{"text":"on it","replace_original":true,"delete_original":false,"blocks":[],"metadata":{"event_type":"","event_payload":null}}`)
	w.respond(url, `{"text":"done","replace_original":true}`)
	messages := w.Messages("C7")
	if len(messages) != 1 || messages[0].Text != "done" || messages[0].EphemeralTo != "U42" || len(messages[0].Versions) != 2 {
		t.Fatalf("got %+v", messages)
	}
	w.respond(url, `{"text":"for all","response_type":"in_channel"}`)
	if messages = w.Messages("C7"); len(messages) != 2 || messages[1].EphemeralTo != "" || messages[1].User != "U0BOT" {
		t.Errorf("got %+v", messages)
	}
	w.respond(url, `{"delete_original":true}`)
	if messages = w.Messages("C7"); len(messages) != 1 || messages[0].Text != "done" {
		t.Errorf("got %+v", messages)
	}
}

func TestResponseURLWhereTheAppIsNot(t *testing.T) {
	w := newWorld(t)
	command := promote
	command.Channel = "G1"
	delivery, err := newApp(w).NewSlashCommand(command)
	if err != nil {
		t.Fatal(err)
	}
	w.respond(delivery.ResponseURL, `{"text":"invite me"}`)
	if messages := w.Messages("G1"); len(messages) != 1 || messages[0].EphemeralTo != "U42" {
		t.Errorf("got %+v", messages)
	}
}

func TestResponseURLRefuses(t *testing.T) {
	w := newWorld(t)
	url := responseURL(w)
	for body, want := range map[string]string{
		`{`:                                   "invalid_payload",
		`{}`:                                  "no_text",
		`{"blocks":[{"type":"sections"}]}`:    "invalid_blocks",
		`{"response_type":"loud","text":"x"}`: "invalid_payload",
		`{"delete_original":true}`:            "message_not_found",
		`{"text":"x","thread_ts":"1763000000.0000"}`: "invalid_thread_ts",
	} {
		if r := w.respond(url, body); r.status != http.StatusBadRequest || r.code() != want {
			t.Errorf("%s: got %d %s, want %s", body, r.status, r.raw, want)
		}
	}
	w.FailNext(slackfake.MethodResponseURL, 1, slackfake.ServerError(http.StatusInternalServerError))
	if r := w.respond(url, `{"text":"x"}`); r.status != http.StatusInternalServerError {
		t.Errorf("got %d", r.status)
	}
	if r := w.respond(url, `{"text":"refusals are no uses"}`); r.status != 200 {
		t.Errorf("got %d %s", r.status, r.raw)
	}
}
