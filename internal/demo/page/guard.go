package page

import (
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// policy lets the page load its own files and nothing else, and nobody put it into a frame.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// guard refuses what does not come from the page itself: names that lead here only for the moment
// (DNS rebinding), other pages' requests, and requests that a form of another page could make. Any
// port is fine, so that the page can be reached through a tunnel.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		switch {
		case !isLoopbackHost(r.Host):
			http.Error(w, "the demo is served under the name of this machine's loopback only: localhost or 127.0.0.1", http.StatusMisdirectedRequest)
		case !isSameOrigin(r):
			http.Error(w, "the demo takes no requests from other pages", http.StatusForbidden)
		case r.Method == http.MethodPost && !isJSON(r):
			http.Error(w, "requests are JSON", http.StatusUnsupportedMediaType)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isLoopbackHost reports whether a Host header names the loopback, with any port.
func isLoopbackHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return IsLoopback(strings.Trim(name, "[]"))
}

// IsLoopback reports whether a name or address without port is this machine's loopback.
func IsLoopback(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// isSameOrigin reports whether a request comes from the page itself, or from no page at all.
func isSameOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin":
	case "none":
		// Typed into the address bar, or a bookmark.
	case "same-site", "cross-site":
		// A link from elsewhere may open the page, and no more.
		if r.Method != http.MethodGet || r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			return false
		}
	default:
		return false
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	from, err := url.Parse(origin)
	return err == nil && from.Scheme == "http" && strings.EqualFold(from.Host, r.Host)
}

func isJSON(r *http.Request) bool {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && media == "application/json"
}
