package probe_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/davidaparicio/kargo-bot/cmd/secretsync/internal/probe"
	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// githubFake is GitHub's API as far as trying a credential goes. It refuses what GitHub refuses.
type githubFake struct {
	key *rsa.PrivateKey
	// expiration is what it says of the user's token.
	expiration string

	mu      sync.Mutex
	revoked []string
}

const (
	appID        = "Iv23liABCDEF"
	installation = "4711"
	minted       = "sentinel-minted"
)

func (g *githubFake) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user", g.user)
	mux.HandleFunc("POST /app/installations/{id}/access_tokens", g.mint)
	mux.HandleFunc("DELETE /installation/token", g.revoke)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") != "application/vnd.github+json" || r.Header.Get("X-GitHub-Api-Version") == "" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (g *githubFake) user(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+password {
		http.Error(w, `{"message": "Bad credentials"}`, http.StatusUnauthorized)
		return
	}
	if g.expiration != "" {
		w.Header().Set("GitHub-Authentication-Token-Expiration", g.expiration)
	}
	_, _ = w.Write([]byte(`{"login": "robot"}`))
}

func (g *githubFake) mint(w http.ResponseWriter, r *http.Request) {
	claims := jwt.RegisteredClaims{}
	text := r.Header.Get("Authorization")[len("Bearer "):]
	_, err := jwt.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return g.key.Public(), nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithIssuer(appID), jwt.WithIssuedAt(), jwt.WithExpirationRequired())
	if err != nil || claims.ExpiresAt.After(time.Now().Add(10*time.Minute)) {
		http.Error(w, `{"message": "A JSON web token could not be decoded"}`, http.StatusUnauthorized)
		return
	}
	var wanted struct {
		Repositories []string          `json:"repositories"`
		Permissions  map[string]string `json:"permissions"`
	}
	switch {
	case r.PathValue("id") == "suspended":
		w.WriteHeader(http.StatusForbidden)
	case r.PathValue("id") != installation:
		w.WriteHeader(http.StatusNotFound)
	case json.NewDecoder(r.Body).Decode(&wanted) != nil:
		w.WriteHeader(http.StatusBadRequest)
	case len(wanted.Repositories) > 0 && !slices.Equal(wanted.Repositories, []string{"deploy"}) || wanted.Permissions["contents"] != "read":
		w.WriteHeader(http.StatusUnprocessableEntity)
	default:
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]string{"token": minted})
	}
}

func (g *githubFake) revoke(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.revoked = append(g.revoked, r.Header.Get("Authorization"))
	w.WriteHeader(http.StatusNoContent)
}

func TestGitHubSaysWhenATokenExpires(t *testing.T) {
	github := &githubFake{}
	api, apiServer := serve(t, github.handler())
	git := gitHost(t)
	host, server := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-GitHub-Request-Id", "1")
		git.ServeHTTP(w, r)
	}))
	asked := ""
	p := probe.New(probe.Options{TLS: trusting(server, apiServer), GitHubAPI: func(host string) string {
		asked = host
		return "https://" + api
	}})
	credential := credentials.Credential{Type: credentials.TypeGit, RepoURL: "https://" + host + "/acme/deploy.git"}
	for header, want := range map[string]string{
		"2027-01-31 12:30:00 UTC":   "2027-01-31T12:30:00Z",
		"2027-01-31 12:30:00 +0100": "2027-01-31T11:30:00Z",
		"":                          "never",
		"soon":                      "never",
	} {
		github.expiration = header
		got := p.Probe(t.Context(), credential, login(password))
		check(t, got, probe.Works, "accepts it")
		expires := "never"
		if got.ExpiresAt != nil {
			expires = got.ExpiresAt.Format(time.RFC3339)
		}
		if expires != want || asked != host {
			t.Errorf("%q: expires %s as %s's API says, want %s of %s", header, expires, asked, want, host)
		}
	}
}

func TestAPatternOfGitHubAloneIsTriedAtItsAPI(t *testing.T) {
	github := &githubFake{expiration: "2027-01-31 12:30:00 UTC"}
	api, server := serve(t, github.handler())
	p := probe.New(probe.Options{TLS: trusting(server), GitHubAPI: func(string) string { return "https://" + api }})
	credential := credentials.Credential{Type: credentials.TypeGit, RepoURLRegex: `^https://github\.com/`}
	got := p.Probe(t.Context(), credential, login(password))
	check(t, got, probe.Works, "github.com accepts it for github.com.")
	if got.ExpiresAt == nil {
		t.Error("it is not told when the token expires")
	}
	check(t, p.Probe(t.Context(), credential, login("sentinel-of-old")), probe.Refused, "github.com refuses it (HTTP 401)")
}

func TestGitHubApp(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	github := &githubFake{key: key}
	api, server := serve(t, github.handler())
	p := probe.New(probe.Options{TLS: trusting(server), GitHubAPI: func(string) string { return "https://" + api }})
	for name, test := range map[string]struct {
		url, id, installation string
		key                   []byte
		want                  probe.Verdict
		says                  string
	}{
		"works":               {"https://github.com/acme/deploy", appID, installation, inPEM(key), probe.Works, "accepts it for github.com/acme/deploy"},
		"as .git":             {"https://github.com/acme/deploy.git", appID, installation, inPEM(key), probe.Works, ""},
		"in base64":           {"https://github.com/acme/deploy", appID, installation, []byte(base64.StdEncoding.EncodeToString(inPEM(key))), probe.Works, ""},
		"another key":         {"https://github.com/acme/deploy", appID, installation, inPEM(other), probe.Refused, "its private key was deleted"},
		"another App":         {"https://github.com/acme/deploy", "1", installation, inPEM(key), probe.Refused, "HTTP 401"},
		"no installation":     {"https://github.com/acme/deploy", appID, "1", inPEM(key), probe.Refused, "knows no such installation"},
		"suspended":           {"https://github.com/acme/deploy", appID, "suspended", inPEM(key), probe.Refused, "is suspended"},
		"not this repository": {"https://github.com/acme/other", appID, installation, inPEM(key), probe.Refused, "does not let the GitHub App read github.com/acme/other"},
		"no key":              {"https://github.com/acme/deploy", appID, installation, []byte(password), probe.Refused, "not a private key in PEM"},
		"a key in no base64":  {"https://github.com/acme/deploy", appID, installation, []byte("sentinelx"), probe.Refused, "not a private key in PEM"},
	} {
		t.Run(name, func(t *testing.T) {
			got := p.Probe(t.Context(), credentials.Credential{Type: credentials.TypeGit, RepoURL: test.url}, map[string][]byte{
				credentials.KeyAppClientID: []byte(test.id), credentials.KeyAppInstallation: []byte(test.installation),
				credentials.KeyAppPrivateKey: test.key,
			})
			check(t, got, test.want, test.says)
		})
	}
	if want := slices.Repeat([]string{"Bearer " + minted}, 3); !slices.Equal(github.revoked, want) {
		t.Errorf("tokens given back: %q, want %q", github.revoked, want)
	}
}

func inPEM(key *rsa.PrivateKey) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}
