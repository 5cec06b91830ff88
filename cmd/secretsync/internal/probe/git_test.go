package probe_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

func TestGit(t *testing.T) {
	host, server := serve(t, gitHost(t))
	p := probe.New(probe.Options{TLS: trusting(server)})
	for name, test := range map[string]struct {
		url, password string
		want          probe.Verdict
		says          string
	}{
		"works":              {"https://" + host + "/acme/deploy.git", password, probe.Works, "accepts it for " + host + "/acme/deploy.git"},
		"a slash at the end": {"https://" + host + "/acme/deploy.git/", password, probe.Works, ""},
		"wrong password":     {"https://" + host + "/acme/deploy.git", "sentinel-of-old", probe.Refused, "refuses it (HTTP 401)"},
		"no such repository": {"https://" + host + "/acme/other.git", password, probe.Unreachable, "shows no " + host + "/acme/other.git (HTTP 404)"},
		"SSH":                {"git@" + host + ":acme/deploy.git", password, probe.Unknown, ""},
		"nobody there":       {"https://127.0.0.1:1/acme/deploy.git", password, probe.Unreachable, "127.0.0.1:1 can't be reached"},
		"not TLS":            {"http://" + host + "/acme/deploy.git", password, probe.Unreachable, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: test.url}, login(test.password))
			check(t, got, test.want, test.says)
		})
	}
}

// TestAPatternThatMatchesARepositoryAsKargoComparesIt has one that is in lower case and without .git, as Kargo looks at it.
func TestAPatternThatMatchesARepositoryAsKargoComparesIt(t *testing.T) {
	host, server := serve(t, gitHost(t))
	p := probe.New(probe.Options{TLS: trusting(server), Repositories: []credentials.Repository{
		{Type: credentials.TypeGit, URL: "https://" + host + "/acme/deploy.git"},
	}})
	pattern := "^https://" + host + "/acme/deploy$"
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURLRegex: pattern}, login(password))
	check(t, got, probe.Works, "accepts it for "+host+"/acme/deploy.git")
}

func TestGitOverHTTPWhereThatIsDeclared(t *testing.T) {
	server := httptest.NewServer(gitHost(t))
	t.Cleanup(server.Close)
	p := probe.New(probe.Options{})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: server.URL + "/acme/deploy.git"}, login(password))
	check(t, got, probe.Works, "accepts it")
}

func TestAnSSHKeyIsNotTried(t *testing.T) {
	p := probe.New(probe.Options{})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://127.0.0.1:1/acme/deploy"},
		map[string][]byte{credentials.KeySSHPrivateKey: []byte(password)})
	check(t, got, probe.Unknown, "")
}

func TestAnswersOfHosts(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		header http.Header
		want   probe.Verdict
		says   string
	}{
		"no right":         {http.StatusForbidden, nil, probe.Refused, "does not let it read"},
		"asked too often":  {http.StatusTooManyRequests, nil, probe.Unreachable, "asked so often"},
		"GitHub's way":     {http.StatusForbidden, http.Header{"X-Ratelimit-Remaining": {"0"}}, probe.Unreachable, "asked so often"},
		"GitHub's other":   {http.StatusForbidden, http.Header{"Retry-After": {"60"}}, probe.Unreachable, "asked so often"},
		"out of order":     {http.StatusBadGateway, nil, probe.Unreachable, "is out of order (HTTP 502)"},
		"teapot":           {http.StatusTeapot, nil, probe.Unreachable, "something unexpected (HTTP 418)"},
		"a page to log in": {http.StatusOK, http.Header{"Content-Type": {"text/html"}}, probe.Unreachable, "not Git"},
	} {
		t.Run(name, func(t *testing.T) {
			host, server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				maps.Copy(w.Header(), test.header)
				w.WriteHeader(test.status)
				_, given, _ := r.BasicAuth()
				_, _ = w.Write([]byte("you said " + given))
			}))
			p := probe.New(probe.Options{TLS: trusting(server)})
			got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy"}, login(password))
			check(t, got, test.want, test.says)
		})
	}
}

func TestAHostThatIsNotTrustedGetsNothing(t *testing.T) {
	asked := false
	host, _ := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	p := probe.New(probe.Options{})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy"}, login(password))
	check(t, got, probe.Unreachable, "certificate that is not trusted")
	if asked {
		t.Error("the request was made all the same")
	}
}

func TestAHostThatHangs(t *testing.T) {
	host, server := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	p := probe.New(probe.Options{TLS: trusting(server)})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	got := p.Probe(ctx, credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy"}, login(password))
	check(t, got, probe.Unreachable, "does not answer within 10s")
	got = p.Probe(ctx, credentials.Credential{Type: credentials.TypeImage, RepoURL: host + "/acme/red"}, login(password))
	check(t, got, probe.Unreachable, "does not answer within 10s")
}

func TestGitLabSaysWhenATokenExpires(t *testing.T) {
	git := gitHost(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v4/personal_access_tokens/self", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+password {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte(`{"id": 1, "active": true, "expires_at": "2027-01-31"}`))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Gitlab-Meta", `{"version":"1"}`)
		git.ServeHTTP(w, r)
	})
	host, server := serve(t, mux)
	p := probe.New(probe.Options{TLS: trusting(server)})
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy.git"}, login(password))
	check(t, got, probe.Works, "")
	if want := time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC); got.ExpiresAt == nil || !got.ExpiresAt.Equal(want) {
		t.Errorf("expires at %v, want %s", got.ExpiresAt, want)
	}
}
