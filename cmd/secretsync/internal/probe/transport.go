package probe

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"
)

const (
	// maxBody in bytes that are read of an answer.
	maxBody        = 1 << 20
	maxHeaderBytes = 64 << 10
	dialTimeout    = 5 * time.Second
)

var errPlain = errors.New("the request would not be encrypted")

// guarded is a transport with which a credential does not get anywhere but to the host that is asked.
type guarded struct {
	inner http.RoundTripper
	// plain allows requests that are not encrypted.
	plain bool
}

// newTransport returns the transport of a Prober. It keeps no connections: there are but two or three requests to a
// host, and a pass is over soon.
func newTransport(config *tls.Config) http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSHandshakeTimeout:    dialTimeout,
		TLSClientConfig:        config,
		ForceAttemptHTTP2:      true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaderBytes,
	}
}

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && !g.plain {
		return nil, errPlain
	}
	response, err := g.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	// Without a Location, net/http follows no redirect and hands out the answer.
	if to, err := response.Location(); err == nil && (to.Host != r.URL.Host || to.Scheme != r.URL.Scheme) {
		response.Header.Del("Location")
	}
	response.Body = bounded{io.LimitReader(response.Body, maxBody), response.Body}
	return response, nil
}

type bounded struct {
	io.Reader
	io.Closer
}

// client for requests to the target.
func (p *Prober) client(at target) *http.Client {
	return &http.Client{Transport: p.guard(at)}
}

func (p *Prober) guard(at target) http.RoundTripper {
	return guarded{inner: p.transport, plain: at.scheme == "http"}
}
