package memory

import (
	"bytes"
	"context"
	"io"
	"net/http"

	authenticationv1 "k8s.io/api/authentication/v1"
)

// transport carries the requests of one user to the server by calling it.
type transport struct {
	server *server
	user   authenticationv1.UserInfo
}

// RoundTrip implements [http.RoundTripper]. All but watches are answered when it returns.
func (t *transport) RoundTrip(h *http.Request) (*http.Response, error) {
	if h.Body != nil {
		defer func() { _ = h.Body.Close() }()
	}
	if err := h.Context().Err(); err != nil {
		return nil, err
	}
	if watching := h.URL.Query().Get("watch"); watching == "true" || watching == "1" {
		return t.stream(h)
	}
	answer := &answer{header: make(http.Header)}
	t.server.serve(answer, h, t.user) //nolint:contextcheck // the context is the request's
	return answer.response(h, io.NopCloser(&answer.body)), nil
}

// stream runs the server in a goroutine that ends when the client closes the response's body, or when
// the request's context does; closing the body waits for it.
func (t *transport) stream(h *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(h.Context())
	reader, writer := io.Pipe()
	stream := &streamedAnswer{answer: answer{header: make(http.Header)}, writer: writer, started: make(chan struct{})}
	body := &streamBody{reader: reader, cancel: cancel, done: make(chan struct{})}
	// A client that neither reads nor closes must not hold the server: its context ends the pipe.
	release := context.AfterFunc(ctx, func() { _ = writer.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer close(body.done)
		defer cancel()
		defer release()
		t.server.serve(stream, h.WithContext(ctx), t.user) //nolint:contextcheck // the context is the request's
		stream.WriteHeader(http.StatusOK)
		_ = writer.Close()
	}()
	<-stream.started
	return stream.response(h, body), nil
}

// answer collects a response.
type answer struct {
	header http.Header
	code   int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(code int) { a.code = code }

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) response(h *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{
		Status: http.StatusText(a.code), StatusCode: a.code,
		Proto: "HTTP/2.0", ProtoMajor: 2,
		Header: a.header, Body: body, ContentLength: -1, Request: h,
	}
}

// streamedAnswer passes a response on while it is written.
type streamedAnswer struct {
	answer
	writer  *io.PipeWriter
	started chan struct{} // closed once the code is known
}

func (a *streamedAnswer) WriteHeader(code int) {
	if a.code == 0 {
		a.code = code
		close(a.started)
	}
}

func (a *streamedAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.writer.Write(p)
}

// streamBody is the client's end of a stream.
type streamBody struct {
	reader *io.PipeReader
	cancel context.CancelFunc
	done   chan struct{} // closed when the server's goroutine has ended
}

func (b *streamBody) Read(p []byte) (int, error) { return b.reader.Read(p) }

func (b *streamBody) Close() error {
	b.cancel()
	_ = b.reader.Close()
	<-b.done
	return nil
}
