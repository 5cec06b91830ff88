package page_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestGuard(t *testing.T) {
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	both := func(changes ...func(*http.Request)) func(*http.Request) {
		return func(r *http.Request) {
			for _, change := range changes {
				change(r)
			}
		}
	}
	const line = `{"as":"octocat","text":"hello"}`
	for name, test := range map[string]struct {
		method, path string
		change       func(*http.Request)
		want         int
	}{
		"the page":             {"GET", "/", nil, 200},
		"localhost":            {"GET", "/", host("localhost:7878"), 200},
		"IPv6":                 {"GET", "/", host("[::1]:7878"), 200},
		"another port":         {"GET", "/", host("127.0.0.1:9000"), 200},
		"no port":              {"GET", "/", host("localhost"), 200},
		"a rebound name":       {"GET", "/api/state", host("evil.example:7878"), 421},
		"a name like ours":     {"GET", "/", host("localhost.evil.example"), 421},
		"an address like ours": {"GET", "/", host("127.0.0.1.evil.example"), 421},
		"this network's":       {"GET", "/", host("192.168.1.2:7878"), 421},
		"no host":              {"GET", "/", host(""), 421},
		"typed address":        {"GET", "/", header("Sec-Fetch-Site", "none"), 200},
		"a link from elsewhere": {"GET", "/",
			both(header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "navigate")), 200},
		"state for another page": {"GET", "/api/state",
			both(header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "cors")), 403},
		"a request":                {"POST", "/api/slack", nil, 204},
		"of a script":              {"POST", "/api/slack", func(r *http.Request) { r.Header.Del("Origin"); r.Header.Del("Sec-Fetch-Site") }, 204},
		"of another page":          {"POST", "/api/slack", header("Origin", "http://evil.example"), 403},
		"of another port":          {"POST", "/api/slack", header("Origin", "http://127.0.0.1:8000"), 403},
		"of a file":                {"POST", "/api/slack", header("Origin", "null"), 403},
		"across sites":             {"POST", "/api/slack", header("Sec-Fetch-Site", "cross-site"), 403},
		"from a sibling":           {"POST", "/api/slack", header("Sec-Fetch-Site", "same-site"), 403},
		"a navigation with a form": {"POST", "/api/slack", both(header("Sec-Fetch-Site", "cross-site"), header("Sec-Fetch-Mode", "navigate")), 403},
		"a form":                   {"POST", "/api/slack", header("Content-Type", "application/x-www-form-urlencoded"), 415},
		"text":                     {"POST", "/api/slack", header("Content-Type", "text/plain"), 415},
		"no type":                  {"POST", "/api/slack", func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"with a charset":           {"POST", "/api/slack", header("Content-Type", "application/json; charset=utf-8"), 204},
		"another method":           {"PUT", "/api/slack", nil, 405},
		"reading what acts":        {"GET", "/api/abort", nil, 404},
	} {
		w := newWorld()
		body := ""
		if test.method == "POST" {
			body = line
		}
		answer := ask(t, newServer(t, w), test.method, test.path, body, test.change)
		if answer.Code != test.want {
			t.Errorf("%s: %d, want %d: %s", name, answer.Code, test.want, answer.Body)
		}
		if acted := w.did() != ""; acted != (test.want == 204) {
			t.Errorf("%s: it did %q", name, w.did())
		}
	}
}

func TestPolicy(t *testing.T) {
	header := ask(t, newServer(t, newWorld()), "GET", "/", "", nil).Header()
	for name, says := range map[string]string{
		"Content-Security-Policy":    "default-src 'none'",
		"X-Content-Type-Options":     "nosniff",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Content-Type":               "text/html",
	} {
		if !strings.Contains(header.Get(name), says) {
			t.Errorf("%s: %q", name, header.Get(name))
		}
	}
	if strings.Contains(header.Get("Content-Security-Policy"), "unsafe") {
		t.Error("the page may run what is written into it")
	}
}
