package run_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/run"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

// trouble is a pass in which every figure has something to show.
func trouble(w *world) func(context.Context, credentials.Request) (credentials.Report, error) {
	return func(_ context.Context, request credentials.Request) (credentials.Report, error) {
		<-time.After(2 * time.Second)
		at := func(d time.Duration) *time.Time {
			t := w.start.Add(d)
			return &t
		}
		return credentials.Report{
			Writes: 2,
			Secrets: []credentials.Outcome{
				{SecretName: github, State: credentials.StateRestored, ResourceVersion: "2", RotatedAt: at(-time.Hour), ExpiresAt: at(24 * time.Hour)},
				{SecretName: quay, State: credentials.StateFailed, FailingSince: at(-time.Minute), Message: "SOPS has no key."},
				{SecretName: credentials.SecretName{Namespace: "microsvcs", Name: "old-creds"}, State: credentials.StateOrphaned},
				{SecretName: credentials.SecretName{Namespace: "microsvcs", Name: "gone-creds"}, State: credentials.StatePruned},
			},
			Sources: []credentials.Source{
				{Name: vault, Backend: "vault", Reads: 3, Seconds: 0.25},
				{Name: sops, Backend: "sops", Reads: 1, Seconds: 0.5, Message: "no key"},
				{Name: "vault that.is.not.declared", Backend: "vault", Reads: 1},
			},
		}, nil
	}
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.script = trouble(w)
		registry := prometheus.NewPedanticRegistry()
		options := w.options()
		options.Registry = registry
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- run.New(options).Run(ctx) }()
		let(2 * time.Second)
		// When sources and passes have their turn has jitter.
		jitter := regexp.MustCompile(`(?m)^(secretsync_(?:next_pass|source_retry)_timestamp_seconds(?:\{.*\})?) \S+$`)
		golden.Compare(t, "metrics.txt", jitter.ReplaceAllString(string(gather(t, registry)), "$1 SOON"))

		w.mu.Lock()
		w.content, w.script = "interval 10m0s github-creds", nil
		w.mu.Unlock()
		let(10 * time.Second)
		if text := string(gather(t, registry)); strings.Contains(text, "quay-creds") || strings.Contains(text, sops) {
			t.Errorf("there are series of what is no longer declared:\n%s", text)
		}
		w.declare("interval never")
		let(10 * time.Second)
		if text := string(gather(t, registry)); !strings.Contains(text, "secretsync_declaration_valid 0") {
			t.Errorf("a broken declaration does not show:\n%s", text)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func gather(t *testing.T, registry *prometheus.Registry) []byte {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	return text.Bytes()
}

func TestHealthReadinessAndMetricsAreServed(t *testing.T) {
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	pass := make(chan struct{})
	w.script = func(_ context.Context, request credentials.Request) (credentials.Report, error) {
		<-pass
		return w.well(request), nil
	}
	options := w.options()
	options.Admin = listener
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run.New(options).Run(ctx) }()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	get := func(path string) (int, string) {
		response, err := client.Get("http://" + listener.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		return response.StatusCode, string(body)
	}
	if code, _ := get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz before the first pass: %d", code)
	}
	if code, body := get("/readyz"); code != http.StatusServiceUnavailable || body != "no pass has been done yet\n" {
		t.Errorf("readyz before the first pass: %d %s", code, body)
	}
	close(pass)
	eventually(t, "it is ready", func() bool {
		code, _ := get("/readyz")
		return code == http.StatusOK
	})
	if code, body := get("/metrics"); code != http.StatusOK || !strings.Contains(body, `secretsync_secrets{state="added"} 2`) {
		t.Errorf("metrics: %d\n%s", code, body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := client.Get("http://" + listener.Addr().String() + "/healthz"); err == nil {
		t.Error("it is served on after the end")
	}
}
