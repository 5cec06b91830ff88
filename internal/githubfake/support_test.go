package githubfake_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/githubfake/openapi"
)

const (
	appID        = 12345
	installation = 42
	repo         = "acme/microsvcs"
	secret       = "it's a secret"
)

// appKey is made once: that takes long.
var appKey = sync.OnceValues(func() (*rsa.PublicKey, []byte) {
	public, file, err := githubfake.NewKey()
	if err != nil {
		panic(err)
	}
	return public, file
})

// config is a world with one organization, which installed the app on one of its
// repositories.
func config() githubfake.Config {
	public, _ := appKey()
	return githubfake.Config{
		Contract: openapi.Contract{},
		App: githubfake.App{
			ID: appID, ClientID: "Iv23liclient", Slug: "kargo-bot", Owner: "acme", Keys: []*rsa.PublicKey{public},
			Permissions: map[string]string{"issues": "write", "pull_requests": "write", "members": "read"},
			Events:      []string{"issue_comment", "pull_request", "push"},
		},
		World: githubfake.World{
			Users: []githubfake.User{
				{Login: "octocat", ID: 583231, Name: "The Octocat", Email: "octocat@acme.dev"},
				{Login: "hubot"}, {Login: "stranger"}, {Login: "dependabot[bot]", Bot: true},
			},
			Orgs: []githubfake.Org{
				{Login: "acme", Name: "Acme", Teams: []githubfake.Team{
					{Slug: "platform", Members: []string{"octocat"}, Maintainers: []string{"hubot"}, Invited: []string{"stranger"}},
				}},
				{Login: "other"},
			},
			Apps: []githubfake.App{{Slug: "helper", Owner: "other"}},
			Repositories: []githubfake.Repository{
				{
					FullName: repo, Private: true, Collaborators: []string{"stranger"},
					Issues:       []githubfake.Issue{{Number: 1, Title: "Deploy", Author: "octocat"}, {Number: 2, Title: "Done", Author: "hubot", Locked: true}},
					PullRequests: []githubfake.PullRequest{{Number: 7, Title: "feat(red)!: drop /v1", Author: "hubot", Merged: true}},
				},
				{FullName: "acme/unseen", Issues: []githubfake.Issue{{Number: 1, Author: "octocat"}}},
				{FullName: "other/thing"},
			},
			Installations: []githubfake.Installation{{ID: installation, Account: "acme", Repositories: []string{repo}}},
		},
	}
}

// start returns a running fake. The test fails if the contract with GitHub was broken,
// or if an injected fault never happened.
func start(t *testing.T, config githubfake.Config) *githubfake.GitHub {
	t.Helper()
	g := lenient(t, config)
	t.Cleanup(func() {
		for _, violation := range g.Violations() {
			t.Errorf("contract: %v", violation)
		}
		if left := g.PendingFaults(); left > 0 {
			t.Errorf("%d faults never happened", left)
		}
	})
	return g
}

// lenient is start for tests that break the contract on purpose.
func lenient(t *testing.T, config githubfake.Config) *githubfake.GitHub {
	t.Helper()
	g, err := githubfake.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Close)
	return g
}

// client is the client that the bot uses, as an installation of the app.
func client(t *testing.T, g *githubfake.GitHub) *github.Client {
	t.Helper()
	_, file := appKey()
	transport, err := ghinstallation.New(ownTransport(t), appID, installation, file)
	if err != nil {
		t.Fatal(err)
	}
	transport.BaseURL = g.URL()
	return clientWith(t, g, transport)
}

// appClient is the client that the bot uses, as the app itself.
func appClient(t *testing.T, g *githubfake.GitHub) *github.Client {
	t.Helper()
	_, file := appKey()
	transport, err := ghinstallation.NewAppsTransport(ownTransport(t), appID, file)
	if err != nil {
		t.Fatal(err)
	}
	return clientWith(t, g, transport)
}

func clientWith(t *testing.T, g *githubfake.GitHub, transport http.RoundTripper) *github.Client {
	t.Helper()
	c, err := github.NewClient(&http.Client{Transport: transport}).WithEnterpriseURLs(g.URL(), g.URL())
	if err != nil {
		t.Fatal(err)
	}
	if c.BaseURL, err = c.BaseURL.Parse(g.URL() + "/"); err != nil { // verbatim
		t.Fatal(err)
	}
	return c
}

// ownTransport keeps the connections of tests apart.
func ownTransport(t *testing.T) *http.Transport {
	t.Helper()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	t.Cleanup(transport.CloseIdleConnections)
	return transport
}

// soon is a context that no test should need to the end.
func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// installationToken asks for a token as the bot would.
func installationToken(t *testing.T, g *githubfake.GitHub) string {
	t.Helper()
	issued, _, err := appClient(t, g).Apps.CreateInstallationToken(soon(t), installation, nil)
	if err != nil {
		t.Fatal(err)
	}
	return issued.GetToken()
}

// call makes a bare request; headers are pairs of a name and a value.
func call(t *testing.T, g *githubfake.GitHub, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(soon(t), method, g.URL()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := ownTransport(t).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// intake is a webhook that takes what comes.
type intake struct {
	*httptest.Server

	mu       sync.Mutex
	requests []*http.Request
	bodies   [][]byte
}

func newIntake(t *testing.T, status int) *intake {
	t.Helper()
	in := &intake{}
	in.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		in.mu.Lock()
		in.requests, in.bodies = append(in.requests, r), append(in.bodies, body)
		in.mu.Unlock()
		w.WriteHeader(status)
	}))
	t.Cleanup(in.Close)
	return in
}

// taken returns the requests so far, with their bodies to read again.
func (in *intake) taken() []*http.Request {
	in.mu.Lock()
	defer in.mu.Unlock()
	var all []*http.Request
	for i, r := range in.requests {
		again := r.Clone(context.Background())
		again.Body = io.NopCloser(bytes.NewReader(in.bodies[i]))
		all = append(all, again)
	}
	return all
}
