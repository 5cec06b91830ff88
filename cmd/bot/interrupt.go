package main

import (
	"context"
	"io"
	"net/http"

	"k8s.io/client-go/rest"
)

// interruptible has every request of a configuration end with ctx. Client-go asks the API server for the kinds that it
// has without a context, so that a person's Ctrl-C would wait for an API server that never answers.
func interruptible(ctx context.Context, config *rest.Config) {
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(r *http.Request) (*http.Response, error) {
			own, cancel := context.WithCancel(r.Context())
			stop := context.AfterFunc(ctx, cancel)
			response, err := next.RoundTrip(r.WithContext(own)) //nolint:contextcheck // own is of the request and of ctx
			if err != nil {
				stop()
				cancel()
				return nil, err
			}
			response.Body = body{response.Body, func() { stop(); cancel() }}
			return response, nil
		})
	})
}

// roundTrip is a function that is a http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// body is what is answered, and what is to be done when it has been read.
type body struct {
	io.ReadCloser
	done func()
}

// Close implements io.Closer.
func (b body) Close() error {
	defer b.done()
	return b.ReadCloser.Close()
}
