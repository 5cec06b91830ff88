package github_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/bot"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

// recorder is a handler that records what it is asked, and makes a Shipment of it.
type recorder struct{ requests []bot.Request }

func (r *recorder) Handle(_ context.Context, request bot.Request) bot.Answer {
	r.requests = append(r.requests, request)
	return bot.Answer{Card: chatops.Card{Title: "Promote"}, Shipment: &v1alpha1.Shipment{}}
}

func (r *recorder) lines() string {
	var lines []string
	for _, request := range r.requests {
		lines = append(lines, request.Line)
	}
	return strings.Join(lines, "\n")
}

// delivery returns a signed webhook.
func delivery(event, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/github/webhook", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", event)
	r.Header.Set("X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
	r.Header.Set("X-Hub-Signature-256", sign(webhookSecret, body))
	return r
}

func serve(handler http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

const promoteRed = "/promote red production"

func TestIntakeAcceptsOnlyWhatGitHubSigned(t *testing.T) {
	body := encode(commentEvent(promoteRed))
	large := encode(commentEvent(promoteRed + strings.Repeat(" ", 3<<20)))
	for name, test := range map[string]struct {
		body   string
		change func(*http.Request)
		status int
		reason string
	}{
		"right": {body, func(*http.Request) {}, 200, ""},
		"the other secret, while it is rotated": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", sign("the next secret", body))
		}, 200, ""},
		"capital digits": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", "sha256="+strings.ToUpper(strings.TrimPrefix(sign(webhookSecret, body), "sha256=")))
		}, 200, ""},
		"content type with a charset": {body, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json; charset=utf-8")
		}, 200, ""},
		"no announced length": {body, func(r *http.Request) { r.ContentLength = -1 }, 200, ""},
		"several megabytes":   {large, func(*http.Request) {}, 200, ""},
		"another body's": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", sign(webhookSecret, body+" "))
		}, 401, "wrong_signature"},
		"another secret's": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", sign("guessed", body))
		}, 401, "wrong_signature"},
		"the empty secret's": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", sign("", body))
		}, 401, "wrong_signature"},
		"missing": {body, func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, 401, "no_signature"},
		"SHA-1 only": {body, func(r *http.Request) {
			r.Header.Del("X-Hub-Signature-256")
			r.Header.Set("X-Hub-Signature", "sha1="+strings.Repeat("0", 40))
		}, 401, "no_signature"},
		"cut short": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", sign(webhookSecret, body)[:40])
		}, 401, "no_signature"},
		"no digits": {body, func(r *http.Request) {
			r.Header.Set("X-Hub-Signature-256", "sha256="+strings.Repeat("x", 64))
		}, 401, "no_signature"},
		"announced too large": {body, func(r *http.Request) { r.ContentLength = 25<<20 + 1 }, 413, "too_large"},
		"turns out too large": {body, func(r *http.Request) {
			r.ContentLength = -1
			r.Body = io.NopCloser(io.LimitReader(zeros{}, 25<<20+1))
		}, 413, "too_large"},
		"breaks off": {body, func(r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(strings.NewReader(body[:100]), broken{}))
		}, 400, "unreadable"},
		"a form": {body, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}, 415, "content_type"},
		"no content type": {body, func(r *http.Request) { r.Header.Del("Content-Type") }, 415, "content_type"},
		"no event":        {body, func(r *http.Request) { r.Header.Del("X-GitHub-Event") }, 400, "no_event"},
		"GET":             {body, func(r *http.Request) { r.Method = http.MethodGet }, 405, "method"},
	} {
		t.Run(name, func(t *testing.T) {
			var handler recorder
			var log bytes.Buffer
			registry := prometheus.NewRegistry()
			intake := newIntake(t, &handler, func(o *github.IntakeOptions) {
				o.Secrets = append(o.Secrets, secret.NewText("the next secret"))
				o.Registerer = registry
				o.Logger = slog.New(slog.NewJSONHandler(&log, nil))
			})
			request := delivery("issue_comment", test.body)
			test.change(request)
			w := serve(intake, request)
			if w.Code != test.status {
				t.Errorf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if isTaken := len(handler.requests) == 1; isTaken != (test.reason == "") {
				t.Errorf("%d commands were carried out", len(handler.requests))
			}
			if test.reason != "" {
				if n := counted(t, registry, "kargobot_github_deliveries_refused_total", test.reason); n != 1 {
					t.Errorf("%v refusals for %s are counted", n, test.reason)
				}
				if !strings.Contains(log.String(), `"reason":"`+test.reason+`"`) {
					t.Errorf("log: %s", &log)
				}
			}
			if strings.Contains(log.String(), promoteRed) {
				t.Errorf("the body is in the log: %s", &log)
			}
		})
	}
}

// counted returns the value of the counter with that label value.
func counted(t *testing.T, registry *prometheus.Registry, name, label string) float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			if family.GetName() == name && metric.GetLabel()[0].GetValue() == label {
				return metric.GetCounter().GetValue()
			}
		}
	}
	return 0
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// broken is a connection that broke.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestIntakeSaysHowToSetTheContentType(t *testing.T) {
	request := delivery("issue_comment", "payload=...")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if w := serve(newIntake(t, &recorder{}), request); !strings.Contains(w.Body.String(), "set the webhook's content type to application/json") {
		t.Errorf("answer: %s", w.Body)
	}
}

func TestIntakeIsNeverWithoutASecret(t *testing.T) {
	for name, secrets := range map[string][]secret.Text{
		"none": nil, "an empty one": {{}}, "an empty one beside another": {secret.NewText("s"), secret.NewText("")},
	} {
		_, err := github.NewIntake(github.IntakeOptions{
			Secrets: secrets, Handler: &recorder{}, Client: newClient(t, "http://127.0.0.1:1"),
		})
		if err == nil || !strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestIntakeAnswersWhatIsNoCommand(t *testing.T) {
	var handler recorder
	intake := newIntake(t, &handler)
	for event, body := range map[string]string{
		"ping":                `{"zen":"Design for failure."}`,
		"push":                encode(commentEvent(promoteRed)),
		"pull_request_review": encode(commentEvent(promoteRed)),
		"issue_comment":       encode(commentEvent("Looks good to me.")),
		"made_up_tomorrow":    "not even JSON",
	} {
		if w := serve(intake, delivery(event, body)); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", event, w.Code, w.Body)
		}
	}
	if len(handler.requests) > 0 {
		t.Errorf("carried out: %s", handler.lines())
	}
}

func TestIntakeRefusesMoreLargeBodiesThanFitIntoMemory(t *testing.T) {
	intake := newIntake(t, &recorder{})
	// send returns the status that somebody gets who does not know the secret and stops sending in
	// the middle of a large body.
	send := func(body *halting) int {
		request := delivery("issue_comment", "")
		request.Body, request.ContentLength = io.NopCloser(body), -1
		return serve(intake, request).Code
	}
	release := make(chan struct{})
	statuses := make(chan int)
	for range 4 {
		body := &halting{left: 8 << 20, halted: make(chan struct{}), release: release}
		go func() { statuses <- send(body) }()
		<-body.halted
	}
	if status := send(&halting{left: 8 << 20, halted: make(chan struct{}), release: release}); status != http.StatusServiceUnavailable {
		t.Errorf("the fifth: %d", status)
	}
	close(release)
	for range 4 {
		if status := <-statuses; status != http.StatusUnauthorized {
			t.Errorf("one of the four: %d", status)
		}
	}
	if status := send(&halting{left: 8 << 20, halted: make(chan struct{}), release: release}); status != http.StatusUnauthorized {
		t.Errorf("when there is room again: %d", status)
	}
}

// halting is a body that stops coming after so many bytes, and ends when released.
type halting struct {
	left    int
	halted  chan struct{}
	release chan struct{}
}

func (h *halting) Read(p []byte) (int, error) {
	if h.left > 0 {
		n := min(len(p), h.left)
		h.left -= n
		return n, nil
	}
	close(h.halted)
	<-h.release
	return 0, io.EOF
}
