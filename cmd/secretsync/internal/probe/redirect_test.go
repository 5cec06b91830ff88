package probe_test

import (
	"net/http"
	"testing"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// TestACredentialGoesToNoOtherHost has hosts of every kind send on to another, which is asked for nothing.
func TestACredentialGoesToNoOtherHost(t *testing.T) {
	elsewhere, other := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the other host is asked for %s with %q", r.URL, r.Header.Get("Authorization"))
		w.WriteHeader(http.StatusOK)
	}))
	sendsOn := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://"+elsewhere+r.URL.Path, http.StatusTemporaryRedirect)
	})
	host, server := serve(t, sendsOn)
	// A registry whose server for tokens sends on.
	tokens, tokensServer := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			sendsOn(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+r.Host+`/token",service="images"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	// One that sends on to HTTP.
	downgrade, downgradeServer := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://"+r.Host+r.URL.Path, http.StatusMovedPermanently)
	}))
	p := probe.New(probe.Options{
		TLS:       trusting(server, other, tokensServer, downgradeServer),
		GitHubAPI: func(string) string { return "https://" + host },
	})
	for _, credential := range []credentials.Credential{
		{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy"},
		{Type: credentials.TypeGit, RepoURLRegex: "^https://github.com/"},
		{Type: credentials.TypeGit, RepoURL: "https://" + downgrade + "/acme/deploy"},
		{Type: credentials.TypeHelm, RepoURL: "https://" + host + "/charts"},
		{Type: credentials.TypeImage, RepoURL: host + "/acme/red"},
		{Type: credentials.TypeImage, RepoURL: tokens + "/acme/red"},
	} {
		check(t, p.Probe(t.Context(), credential, login(password)), probe.Unreachable, "sends on to another address")
	}
}

func TestARepositoryThatWasRenamedOnItsHost(t *testing.T) {
	git := gitHost(t)
	host, server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/old/deploy/info/refs" {
			http.Redirect(w, r, "/acme/deploy.git/info/refs?"+r.URL.RawQuery, http.StatusMovedPermanently)
			return
		}
		git.ServeHTTP(w, r)
	}))
	p := probe.New(probe.Options{TLS: trusting(server)})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/old/deploy"}, login(password))
	check(t, got, probe.Works, "")
}

// TestAnUnencryptedServerForTokens is a registry that asks for the password in the clear.
func TestAnUnencryptedServerForTokens(t *testing.T) {
	host, server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the password was sent")
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="http://`+r.Host+`/token",service="images"`)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	p := probe.New(probe.Options{TLS: trusting(server)})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeImage, RepoURL: host + "/acme/red"}, login(password))
	check(t, got, probe.Unreachable, "")
}
