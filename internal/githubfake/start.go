package githubfake

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Start returns a GitHub that answers on a free port of 127.0.0.1 until it is closed.
// Config.APIURL is set from it; a path in it is kept.
func Start(config Config) (*GitHub, error) {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("githubfake: %w", err)
	}
	path := ""
	if config.APIURL != "" {
		given, err := baseURL(config.APIURL, "")
		if err != nil {
			return nil, errors.Join(err, listener.Close())
		}
		path = given.EscapedPath()
	}
	config.APIURL = "http://" + listener.Addr().String() + path
	g, err := New(config)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: g, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends when closed, below
	}()
	g.close = func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			_ = server.Close() // what did not end by itself is cut
		}
		<-done
	}
	return g, nil
}
