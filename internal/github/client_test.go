package github_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/github"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/secret"
)

func TestCheckSaysWhoTheAppIs(t *testing.T) {
	g := start(t)
	app, err := newClient(t, g.URL()).Check(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	if want := (github.App{ID: appID, Slug: "kargo-bot", Name: "Kargo Bot"}); app != want || app.Login() != "kargo-bot[bot]" {
		t.Errorf("%+v, %s", app, app.Login())
	}
}

func TestCheckSaysWhatIsWrong(t *testing.T) {
	_, otherKey, err := githubfake.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"current_user_url":"https://api.github.com/user"}`))
	}))
	defer web.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"id":77,"slug":"other-bot"}`))
	}))
	defer other.Close()
	proxy := httptest.NewServer(http.NotFoundHandler())
	defer proxy.Close()
	g := start(t)
	for name, test := range map[string]struct {
		url     string
		change  func(*github.ClientOptions)
		want    string
		isFinal bool // no retry would help
	}{
		"another App's key": {g.URL(), func(o *github.ClientOptions) { o.PrivateKey = secret.NewText(string(otherKey)) },
			"does not accept the private key as one of App 12345; check that the App's ID and its key belong together", true},
		"another App's ID": {g.URL(), func(o *github.ClientOptions) { o.AppID = 999 },
			"App 999", true},
		"not the API":          {web.URL, func(*github.ClientOptions) {}, "is not GitHub's API", true},
		"another App's":        {other.URL, func(*github.ClientOptions) {}, "belongs to GitHub App 77 (other-bot) and not to App 12345", true},
		"a path too many":      {g.URL() + "/api/v3/", func(*github.ClientOptions) {}, "Enterprise Server's ends in /api/v3/", true},
		"a proxy out of order": {proxy.URL, func(*github.ClientOptions) {}, "does not say who App 12345 is", false},
		"nobody there":         {"http://127.0.0.1:1/", func(*github.ClientOptions) {}, "does not say who App 12345 is", false},
		"GitHub out of work":   {g.URL(), func(*github.ClientOptions) { g.Inject("apps/get-authenticated", 1, githubfake.Fail(500)) }, "GitHub answered 500", false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newClient(t, test.url, test.change).Check(soon(t))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if errors.Is(err, github.ErrMisconfigured) != test.isFinal {
				t.Errorf("final: %v, want %v", !test.isFinal, test.isFinal)
			}
		})
	}
}

func TestClientIsRefusedWhatCanNotWork(t *testing.T) {
	_, key := appKey()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(curve)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		options github.ClientOptions
		want    string
	}{
		"no App":   {github.ClientOptions{PrivateKey: secret.NewText(string(key))}, "ID is missing"},
		"no key":   {github.ClientOptions{AppID: appID}, "not in PEM format"},
		"no PEM":   {github.ClientOptions{AppID: appID, PrivateKey: secret.NewText("sentinel")}, "not in PEM format"},
		"half PEM": {github.ClientOptions{AppID: appID, PrivateKey: secret.NewText(string(key[:len(key)/2]))}, "not in PEM format"},
		"no RSA": {github.ClientOptions{AppID: appID, PrivateKey: secret.NewText(
			string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))}, "not an RSA private key"},
		"no bytes": {github.ClientOptions{AppID: appID, PrivateKey: secret.NewText(
			string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("sentinel")})))}, "not an RSA private key"},
		"no URL": {github.ClientOptions{BaseURL: "api.github.com", AppID: appID, PrivateKey: secret.NewText(string(key))}, "is not a URL of GitHub's API"},
		"a URL with a user": {github.ClientOptions{BaseURL: "https://octocat:sentinel@ghe.example/", AppID: appID, PrivateKey: secret.NewText(string(key))},
			"must have no user"},
	} {
		_, err := github.NewClient(test.options)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "sentinel") {
			t.Errorf("%s: the secret is in the error: %v", name, err)
		}
	}
}

func TestPrivateKeyMayBeOfEitherKind(t *testing.T) {
	g := start(t)
	_, file := appKey()
	block, _ := pem.Decode(file)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(t, g.URL(), func(o *github.ClientOptions) {
		o.PrivateKey = secret.NewText(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})))
	})
	if _, err := client.Check(soon(t)); err != nil {
		t.Error(err)
	}
}

// The base URL is used as it is given, with and without a slash at its end.
func TestBaseURLIsVerbatim(t *testing.T) {
	for _, path := range []string{"", "/", "/api/v3", "/api/v3/", "/behind/a/proxy"} {
		g := start(t, func(c *githubfake.Config) { c.APIURL = "http://ignored.example" + path })
		url := strings.TrimSuffix(g.URL(), "/")
		if strings.HasSuffix(path, "/") {
			url += "/"
		}
		sink := github.NewSink(newClient(t, url))
		if _, err := sink.Post(soon(t), card(1)); err != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestTokenIsReusedAndReplacedWhenItIsNoLongerGood(t *testing.T) {
	g := start(t)
	sink := github.NewSink(newClient(t, g.URL()))
	id, err := sink.Post(soon(t), card(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := sink.Update(soon(t), id, card(1)); err != nil {
		t.Fatal(err)
	}
	const token = "apps/create-installation-access-token"
	if n := g.Counts()[token]; n != 1 {
		t.Errorf("%d tokens for two calls", n)
	}
	g.RevokeTokens()
	if err := sink.Update(soon(t), id, card(1)); err != nil {
		t.Errorf("after the token was revoked: %v", err)
	}
	if n := g.Counts()[token]; n != 2 {
		t.Errorf("%d tokens after one was revoked", n)
	}
}

// A token goes to GitHub and nowhere else.
func TestTokenIsNotSentElsewhere(t *testing.T) {
	stolen := false
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		stolen = stolen || r.Header.Get("Authorization") != ""
	}))
	defer thief.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	if _, err := newClient(t, server.URL).Check(soon(t)); err == nil {
		t.Error("no error")
	}
	if stolen {
		t.Error("the token was sent to where a redirect led")
	}
}

func TestCallGivesUpWhenItsContextEnds(t *testing.T) {
	g := start(t)
	g.Inject("apps/create-installation-access-token", 1, githubfake.Hang())
	sink := github.NewSink(newClient(t, g.URL()))
	ctx, cancel := context.WithCancel(soon(t))
	first, second := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := sink.Post(soon(t), card(1))
		first <- err
	}()
	if err := g.Await(soon(t), "a held call", func() bool { return g.Holding() == 1 }); err != nil {
		t.Fatal(err)
	}
	go func() {
		// Waits for the token that the first one is getting.
		_, err := sink.Post(ctx, card(1))
		second <- err
	}()
	cancel()
	if err := <-second; !errors.Is(err, context.Canceled) {
		t.Errorf("the second: %v", err)
	}
	g.Close()
	if err := <-first; err == nil {
		t.Error("the first has no error")
	}
}
