package page

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"
)

//go:embed web
var files embed.FS

// Limits of the page's server.
const (
	readTimeout    = 10 * time.Second
	idleTimeout    = time.Minute
	maxHeaderBytes = 16 << 10
	// maxStreams is how many pages are kept up to date at once.
	maxStreams = 64
)

// Server serves the page.
type Server struct {
	world   World
	log     *slog.Logger
	streams chan struct{}
	handler http.Handler
}

// New returns a Server of a world.
func New(world World, log *slog.Logger) (*Server, error) {
	web, err := fs.Sub(files, "web")
	if err != nil {
		return nil, fmt.Errorf("the page's files: %w", err)
	}
	s := &Server{world: world, log: log, streams: make(chan struct{}, maxStreams)}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(web))
	mux.HandleFunc("GET /api/state", s.state)
	mux.HandleFunc("GET /api/events", s.stream)
	mux.HandleFunc("POST /api/slack", post(s, s.typeLine))
	mux.HandleFunc("POST /api/click", post(s, s.click))
	mux.HandleFunc("POST /api/github", post(s, s.comment))
	mux.HandleFunc("POST /api/merge", post(s, s.merge))
	mux.HandleFunc("POST /api/mishap", post(s, s.arrange))
	mux.HandleFunc("POST /api/release", post(s, s.release))
	mux.HandleFunc("POST /api/promote", post(s, s.promote))
	mux.HandleFunc("POST /api/health", post(s, s.setHealth))
	mux.HandleFunc("POST /api/credential", post(s, s.setCredential))
	mux.HandleFunc("POST /api/abort", post(s, s.abort))
	mux.HandleFunc("GET "+KargoPath+"project/{project}/{kind}/{name}", s.object)
	s.handler = guard(mux)
	return s, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Serve serves the page on a listener until ctx is done. It closes the listener, and returns when
// every request has ended.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: s,
		// Streams end with ctx; there is no write timeout, each write has its own.
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), idleTimeout)
		defer cancel()
		done <- server.Shutdown(grace)
	})
	err := server.Serve(listener)
	if stop() {
		// It was not ctx that ended it.
		return fmt.Errorf("serve the page: %w", err)
	}
	if err := <-done; err != nil {
		return fmt.Errorf("stop serving the page: %w", err)
	}
	return nil
}
