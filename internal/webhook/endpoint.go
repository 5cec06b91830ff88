package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/notify"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

const (
	// timeout bounds a call. It leaves time to record what came of it, of the 10 s that notify gives it all.
	timeout = 8 * time.Second
	// maxAnswer is how much of an answer is read, in bytes, so that the connection can be used again. Nothing in it
	// matters.
	maxAnswer = 64 << 10
	// longestPause bounds what an endpoint may ask for.
	longestPause = time.Hour
	userAgent    = "kargo-bot"
)

// Endpoint is somewhere that events are sent to.
type Endpoint struct {
	URL string
	// Secret signs them: a text, or "whsec_" and a key in base64.
	Secret secret.Text
}

// endpoint is one that can be called.
type endpoint struct {
	url  string
	key  secret.Text
	rest rest
}

// answer is what came of a call that was answered.
type answer struct {
	status int
	// after is how long the endpoint asks to be left alone; 0 if it does not.
	after time.Duration
}

// accepted reports whether the endpoint has the event now.
func (a answer) accepted() bool { return a.status >= 200 && a.status <= 299 }

// overloaded reports whether another time may be better.
func (a answer) overloaded() bool {
	return a.status >= 500 || a.status == http.StatusTooManyRequests || a.status == http.StatusRequestTimeout || a.status == http.StatusTooEarly
}

// send calls the endpoint with an event.
func (e *endpoint) send(ctx context.Context, client *http.Client, event notify.Event, now time.Time) (answer, error) {
	body, err := bodyOf(event)
	if err != nil {
		return answer{}, fmt.Errorf("encode event: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return answer{}, unaddressed(err)
	}
	id, timestamp := idOf(event), now.Unix()
	for name, value := range map[string]string{
		"Content-Type": "application/json", "User-Agent": userAgent,
		"Webhook-Id": id, "Webhook-Timestamp": strconv.FormatInt(timestamp, 10), "Webhook-Signature": sign(e.key, id, timestamp, body),
	} {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, unaddressed(err)
	}
	defer func() { _ = response.Body.Close() }()
	// What was answered counts, even if the rest of it does not come.
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer)
	return answer{response.StatusCode, retryAfter(response.Header.Get("Retry-After"), now)}, nil
}

// unaddressed takes the URL out of an error: it may have a token in its query.
func unaddressed(err error) error {
	if of, ok := errors.AsType[*url.Error](err); ok {
		return of.Err
	}
	return err
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	var after time.Duration
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(text); err == nil {
		after = date.Sub(now)
	}
	return min(max(after, 0), longestPause)
}

// newHTTPClient returns the client for all calls. It follows no redirect: that would carry the event to where
// nobody chose to send it.
func newHTTPClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = &http.Transport{
			Proxy:                  http.ProxyFromEnvironment,
			DialContext:            (&net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:      true,
			MaxConnsPerHost:        8,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        90 * time.Second,
			TLSHandshakeTimeout:    3 * time.Second,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxAnswer,
		}
	}
	return &http.Client{
		Transport:     transport,
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
