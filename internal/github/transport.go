package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
)

const (
	// maxConcurrent bounds the calls under way: half of GitHub's limit of 100, so that a second
	// replica of the bot has room.
	maxConcurrent = 50
	// maxAnswer bounds an answer in bytes. A page of 100 comments of 65,536 characters in four bytes
	// each is the largest that is asked for.
	maxAnswer = 32 << 20
	// maxErrorAnswer bounds how much of an error is read.
	maxErrorAnswer = 64 << 10
	// unspecifiedPause is how long to wait after a secondary limit that doesn't say: "at least one
	// minute", says https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
	unspecifiedPause = time.Minute
)

func newTransport() http.RoundTripper {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: callTimeout,
		MaxIdleConnsPerHost:   maxConcurrent,
		IdleConnTimeout:       90 * time.Second,
	}
}

// limited carries the calls of one identity (the App, or one of its installations) and keeps to
// GitHub's limits. It stands below authentication, so that getting a token keeps to them too.
type limited struct {
	client *Client
	// own is closed by the primary limit, which GitHub counts for each installation. Secondary
	// limits close the gate of all: what GitHub counts them by is not documented, and carrying on
	// can get an App banned.
	own   gate
	quota quota
}

func (c *Client) limited() *limited { return &limited{client: c} }

// RoundTrip implements http.RoundTripper. The error is a *limitError if a limit was reached, now or
// before; then nothing was carried out.
func (l *limited) RoundTrip(request *http.Request) (*http.Response, error) {
	now := l.client.now()
	if wait := max(l.own.remaining(now), l.client.pause.remaining(now)); wait > 0 {
		closeBody(request)
		return nil, &limitError{after: wait}
	}
	select {
	case l.client.slots <- struct{}{}:
		defer func() { <-l.client.slots }()
	case <-request.Context().Done():
		closeBody(request)
		return nil, request.Context().Err()
	}
	if request.Header.Get("User-Agent") == "" {
		// ghinstallation asks for tokens without one. The request is its own to change.
		request.Header.Set("User-Agent", userAgent)
	}
	response, err := l.client.transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	response.Body = http.MaxBytesReader(nil, response.Body, maxAnswer)
	return l.heed(response)
}

// heed closes a gate if the answer asks for it, in the order of GitHub's documentation.
func (l *limited) heed(response *http.Response) (*http.Response, error) {
	now := l.client.now()
	l.quota.note(response)
	if response.Header.Get("X-RateLimit-Remaining") == "0" {
		l.own.close(now, untilReset(response.Header, now))
	}
	if response.StatusCode != http.StatusForbidden && response.StatusCode != http.StatusTooManyRequests {
		return response, nil
	}
	limit := &limitError{}
	switch retryAfter, err := strconv.ParseUint(response.Header.Get("Retry-After"), 10, 31); {
	case err == nil:
		limit.after = max(time.Second, time.Duration(retryAfter)*time.Second)
		l.client.pause.close(now, limit.after)
	case response.Header.Get("X-RateLimit-Remaining") == "0":
		limit.after = untilReset(response.Header, now)
	case response.StatusCode == http.StatusTooManyRequests || isSecondary(response):
		limit.after = unspecifiedPause
		l.client.pause.close(now, limit.after)
	default:
		return response, nil // forbidden for another reason
	}
	limit.after = min(limit.after, maxPause)
	_ = response.Body.Close()
	return nil, limit
}

func untilReset(header http.Header, now time.Time) time.Duration {
	reset, err := strconv.ParseInt(header.Get("X-RateLimit-Reset"), 10, 64)
	if err != nil {
		return unspecifiedPause
	}
	return max(time.Second, time.Unix(reset, 0).Sub(now))
}

// isSecondary tells a secondary limit without Retry-After from a lack of permission: by the page of
// the documentation that the answer refers to. The body can be read again.
func isSecondary(response *http.Response) bool {
	body, err := io.ReadAll(io.LimitReader(response.Body, maxErrorAnswer))
	response.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(body), response.Body), response.Body}
	var answer struct {
		DocumentationURL string `json:"documentation_url"`
	}
	if err != nil || json.Unmarshal(body, &answer) != nil {
		return false
	}
	return strings.HasSuffix(answer.DocumentationURL, "secondary-rate-limits") ||
		strings.HasSuffix(answer.DocumentationURL, "#abuse-rate-limits")
}

// authorized adds the token of an installation to what it carries.
type authorized struct {
	tokens *ghinstallation.Transport
	// refreshing is held while a token is looked at or gotten. ghinstallation has a lock for that
	// too, but one that does not let go when the context of a call that waits for it ends.
	refreshing chan struct{}
}

// RoundTrip implements http.RoundTripper.
func (a *authorized) RoundTrip(request *http.Request) (*http.Response, error) {
	select {
	case a.refreshing <- struct{}{}:
	case <-request.Context().Done():
		closeBody(request)
		return nil, request.Context().Err()
	}
	_, err := a.tokens.Token(request.Context())
	<-a.refreshing
	if err != nil {
		closeBody(request)
		return nil, refusedToken(err)
	}
	return a.tokens.RoundTrip(request)
}

// refusedToken turns the refusal of a token into an *APIError. ghinstallation leaves the answer's
// body open, to be looked at.
func refusedToken(err error) error {
	var refused *ghinstallation.HTTPError
	if !errors.As(err, &refused) || refused.Response == nil {
		return err
	}
	defer func() { _ = refused.Response.Body.Close() }()
	var answer struct {
		Message string `json:"message"`
	}
	body, err := io.ReadAll(io.LimitReader(refused.Response.Body, maxErrorAnswer))
	if err != nil || json.Unmarshal(body, &answer) != nil {
		answer.Message = "no token for the installation"
	}
	return newAPIError(refused.Response, answer.Message)
}

// staysThere refuses redirects to elsewhere: the transport would send the token along. GitHub
// redirects within its API, from a renamed repository to the new name.
func staysThere(request *http.Request, via []*http.Request) error {
	first := via[0].URL
	if request.URL.Scheme != first.Scheme || request.URL.Host != first.Host {
		return errors.New("a redirect to another host is not followed")
	}
	if len(via) > 3 {
		return errors.New("too many redirects")
	}
	return nil
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}
