package probe_test

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/remote"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// images is a registry with one image, acme/red, that lets everybody in.
func images(t *testing.T) http.Handler {
	t.Helper()
	handler := registry.New(registry.Logger(log.New(io.Discard, "", 0)))
	host, server := serve(t, handler)
	tag, err := name.NewTag(host + "/acme/red:v1")
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.Write(tag, empty.Image, remote.WithTransport(server.Client().Transport), remote.WithContext(t.Context())); err != nil {
		t.Fatal(err)
	}
	server.Client().CloseIdleConnections()
	return handler
}

// tokenServer is a registry in front of which a token has to be fetched, and where there is only one for acme/red.
func tokenServer(next http.Handler) http.Handler {
	const token = "sentinel-token"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/token":
			name, given, _ := r.BasicAuth()
			if name != username || given != password || r.URL.Query().Get("service") != "images" {
				http.Error(w, `{"errors": [{"code": "UNAUTHORIZED", "message": "`+given+`"}]}`, http.StatusUnauthorized)
				return
			}
			granted := "anything"
			if scope := r.URL.Query().Get("scope"); scope == "" || scope == "repository:acme/red:pull" {
				granted = token
			}
			_ = json.NewEncoder(w).Encode(map[string]string{"token": granted})
		case r.Header.Get("Authorization") != "Bearer "+token:
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://`+r.Host+`/token",service="images"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func TestRegistry(t *testing.T) {
	handler := images(t)
	basic, basicServer := serve(t, guard(handler))
	tokens, tokensServer := serve(t, tokenServer(handler))
	p := probe.New(probe.Options{TLS: trusting(basicServer, tokensServer)})
	for name, test := range map[string]struct {
		host, path, password string
		want                 probe.Verdict
		says                 string
	}{
		"basic authentication":         {basic, "/acme/red", password, probe.Works, "accepts it for " + basic + "/acme/red"},
		"basic, wrong password":        {basic, "/acme/red", "sentinel-of-old", probe.Refused, "refuses it (HTTP 401)"},
		"basic, no such repository":    {basic, "/acme/blue", password, probe.Unreachable, "shows no " + basic + "/acme/blue"},
		"token":                        {tokens, "/acme/red", password, probe.Works, "accepts it for " + tokens + "/acme/red"},
		"token, wrong password":        {tokens, "/acme/red", "sentinel-of-old", probe.Refused, "refuses it (HTTP 401)"},
		"token, not this repository":   {tokens, "/acme/secret", password, probe.Refused, "does not let it read " + tokens + "/acme/secret"},
		"nobody there":                 {"127.0.0.1:1", "/acme/red", password, probe.Unreachable, "can't be reached"},
		"not a name that an image has": {basic, "/ACME/", password, probe.Unknown, ""},
	} {
		t.Run(name, func(t *testing.T) {
			image := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeImage, RepoURL: test.host + test.path}, login(test.password))
			check(t, image, test.want, test.says)
			chart := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeHelm, RepoURL: "oci://" + test.host + test.path}, login(test.password))
			check(t, chart, test.want, test.says)
		})
	}
}

func TestAPatternThatMatchesAKnownRepository(t *testing.T) {
	host, server := serve(t, tokenServer(images(t)))
	p := probe.New(probe.Options{TLS: trusting(server), Repositories: []credentials.Repository{
		{Type: credentials.TypeGit, URL: "https://" + host + "/acme/red"},
		{Type: credentials.TypeImage, URL: host + "/acme/red"},
	}})
	pattern := "^" + strings.ReplaceAll(host, ".", `\.`) + "/"
	got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeImage, RepoURLRegex: pattern}, login(password))
	check(t, got, probe.Works, "/acme/red")
	got = p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeImage, RepoURLRegex: pattern, CheckURL: host + "/acme/blue"}, login(password))
	check(t, got, probe.Refused, "/acme/blue")
}

func TestAPatternOfAHostAlone(t *testing.T) {
	handler := images(t)
	basic, basicServer := serve(t, guard(handler))
	tokens, tokensServer := serve(t, tokenServer(handler))
	p := probe.New(probe.Options{TLS: trusting(basicServer, tokensServer)})
	for _, host := range []string{basic, tokens} {
		credential := credentials.Credential{Type: credentials.TypeImage, RepoURLRegex: "^" + strings.ReplaceAll(host, ".", `\.`) + "/"}
		check(t, p.Probe(t.Context(), credential, login(password)), probe.Works, "accepts it for "+host+".")
		check(t, p.Probe(t.Context(), credential, login("sentinel-of-old")), probe.Refused, "HTTP 401")
	}
}

func TestPatternsThatSayNoHostAreNotTried(t *testing.T) {
	p := probe.New(probe.Options{})
	for _, pattern := range []string{
		"", ".*", "(", `^127.0.0.1:1`, `^(127\.0\.0\.1|10\.0\.0\.1):1/`, `^.*\.acme\.dev/`, `^127\.0\.0\.1:1/|^10\.0\.0\.1:1/`, `127\.0\.0\.\d+/`, `^https?://127\.0\.0\.[0-9]/`,
	} {
		for _, kind := range []credentials.Type{credentials.TypeGit, credentials.TypeImage, credentials.TypeHelm, credentials.TypeGeneric} {
			check(t, p.Probe(t.Context(), credentials.Credential{Type: kind, RepoURLRegex: pattern}, login(password)), probe.Unknown, "")
		}
	}
}

func TestCharts(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /charts/index.yaml", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("apiVersion: v1\nentries: {}\n"))
	})
	host, server := serve(t, guard(mux))
	p := probe.New(probe.Options{TLS: trusting(server)})
	credential := credentials.Credential{Type: credentials.TypeHelm, RepoURL: "https://" + host + "/charts"}
	check(t, p.Probe(t.Context(), credential, login(password)), probe.Works, "")
	check(t, p.Probe(t.Context(), credential, login("sentinel-of-old")), probe.Refused, "HTTP 401")
	credential.RepoURL += "/other"
	check(t, p.Probe(t.Context(), credential, login(password)), probe.Unreachable, "HTTP 404")
}

func TestAKeyOfGoogleIsTriedAtTheRegistry(t *testing.T) {
	const key = "c2VudGluZWw="
	host, server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name, given, _ := r.BasicAuth(); name != "_json_key_base64" || given != key {
			w.Header().Set("WWW-Authenticate", `Basic realm="images"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write([]byte("{}"))
	}))
	p := probe.New(probe.Options{TLS: trusting(server)})
	credential := credentials.Credential{Type: credentials.TypeImage, RepoURL: host + "/project/repository/red"}
	check(t, p.Probe(t.Context(), credential, map[string][]byte{credentials.KeyGCPServiceAccount: []byte(key)}), probe.Works, "")
	check(t, p.Probe(t.Context(), credential, map[string][]byte{credentials.KeyGCPServiceAccount: []byte("b2xk")}), probe.Refused, "")
	check(t, p.Probe(t.Context(), credential, map[string][]byte{credentials.KeyAWSSecretKey: []byte(password)}), probe.Unknown, "")
}
