package harness

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// Ingress is the address that GitHub and Slack know: it leads to the bots that run at the moment, in
// turn, and answers 502 while none does.
type Ingress struct {
	URL string

	backends  atomic.Pointer[[]*url.URL]
	turn      atomic.Uint64
	transport *http.Transport
}

// NewIngress returns an Ingress that leads nowhere yet.
func NewIngress(t testing.TB) *Ingress {
	t.Helper()
	in := &Ingress{transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	t.Cleanup(in.transport.CloseIdleConnections)
	server := httptest.NewServer(in)
	t.Cleanup(server.Close)
	in.URL = server.URL
	return in
}

// Lead makes the bots those that requests are led to.
func (in *Ingress) Lead(t testing.TB, bots ...*Bot) {
	t.Helper()
	var backends []*url.URL
	for _, b := range bots {
		u, err := url.Parse(b.Webhooks)
		if err != nil {
			t.Fatal(err)
		}
		backends = append(backends, u)
	}
	in.backends.Store(&backends)
}

// ServeHTTP implements http.Handler.
func (in *Ingress) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	backends := in.backends.Load()
	if backends == nil || len(*backends) == 0 {
		http.Error(w, "no bot", http.StatusBadGateway)
		return
	}
	backend := (*backends)[in.turn.Add(1)%uint64(len(*backends))]
	proxy := &httputil.ReverseProxy{
		Transport: in.transport,
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(backend) },
	}
	proxy.ServeHTTP(w, r)
}
