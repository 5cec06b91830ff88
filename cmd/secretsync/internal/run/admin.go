package run

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Limits of the server. Those who ask it are the kubelet and Prometheus.
const (
	readTimeout     = 5 * time.Second
	writeTimeout    = 20 * time.Second
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 16 << 10
	shutdownTimeout = 2 * time.Second
)

// admin serves health and metrics. A nil admin serves nothing.
type admin struct {
	listener net.Listener
	http     *http.Server
	running  sync.WaitGroup
	crashed  crash
}

func newAdmin(listener net.Listener, status *status, gatherer prometheus.Gatherer, log *slog.Logger) *admin {
	return &admin{listener: listener, http: &http.Server{
		Handler:        adminHandler(status, gatherer),
		ReadTimeout:    readTimeout,
		WriteTimeout:   writeTimeout,
		IdleTimeout:    idleTimeout,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
}

func adminHandler(status *status, gatherer prometheus.Gatherer) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if !status.alive(time.Now()) {
			http.Error(w, "there is no progress", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !status.ready() {
			http.Error(w, "no pass has been done yet", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(gatherer, promhttp.HandlerOpts{Timeout: writeTimeout}))
	return mux
}

// start serves until stop is called. An error of the server is sent.
func (a *admin) start() <-chan error {
	served := make(chan error, 1)
	if a == nil {
		return served
	}
	a.running.Go(func() {
		defer a.crashed.tell()
		if err := a.http.Serve(a.listener); !errors.Is(err, http.ErrServerClosed) {
			served <- fmt.Errorf("serve health and metrics: %w", err)
		}
	})
	return served
}

// stop takes no more requests, and waits a little for those in hand.
func (a *admin) stop(ctx context.Context) {
	if a == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	if a.http.Shutdown(ctx) != nil {
		_ = a.http.Close() // Whoever is still asking will ask the next.
	}
	a.running.Wait()
}
