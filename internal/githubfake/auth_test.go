package githubfake_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v4"
	"github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) step(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// webToken signs claims as the app, or as whoever has the key file.
func webToken(t testing.TB, file []byte, claims jwt.MapClaims) string {
	t.Helper()
	block, _ := pem.Decode(file)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestWebTokens(t *testing.T) {
	g := start(t, config())
	_, file := appKey()
	_, stranger, err := githubfake.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	in := func(d time.Duration) int64 { return now.Add(d).Unix() }
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"iss": appID, "iat": in(0), "exp": in(time.Minute)}).
		SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		token  string
		status int
		says   string
	}{
		"id as text":      {webToken(t, file, jwt.MapClaims{"iss": "12345", "iat": in(-time.Minute), "exp": in(9 * time.Minute)}), 200, ""},
		"id as number":    {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": in(0), "exp": in(time.Minute)}), 200, ""},
		"client id":       {webToken(t, file, jwt.MapClaims{"iss": "Iv23liclient", "iat": in(0), "exp": in(time.Minute)}), 200, ""},
		"expired":         {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": in(-time.Hour), "exp": in(-time.Second)}), 401, "'exp'"},
		"no expiry":       {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": in(0)}), 401, "'exp'"},
		"lives too long":  {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": in(0), "exp": in(11 * time.Minute)}), 401, "too far in the future"},
		"from the future": {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": in(5 * time.Minute), "exp": in(9 * time.Minute)}), 401, "'iat'"},
		"fractions":       {webToken(t, file, jwt.MapClaims{"iss": appID, "iat": float64(in(0)) + 0.5, "exp": in(time.Minute)}), 401, "'iat'"},
		"no issuer":       {webToken(t, file, jwt.MapClaims{"iat": in(0), "exp": in(time.Minute)}), 401, "'iss'"},
		"other app":       {webToken(t, file, jwt.MapClaims{"iss": "99", "iat": in(0), "exp": in(time.Minute)}), 404, "Integration not found"},
		"other key":       {webToken(t, stranger, jwt.MapClaims{"iss": appID, "iat": in(0), "exp": in(time.Minute)}), 401, "could not be decoded"},
		"not signed":      {unsigned, 401, "could not be decoded"},
		"no token at all": {"ghs_something", 401, "could not be decoded"},
	} {
		answer, body := call(t, g, http.MethodGet, "/app", "", "Authorization", "Bearer "+test.token)
		if answer.StatusCode != test.status || !strings.Contains(body, test.says) {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
	if answer, _ := call(t, g, http.MethodGet, "/app", ""); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody: %d", answer.StatusCode)
	}
}

func TestSecondKeyIsHonoured(t *testing.T) {
	old, _ := appKey()
	fresh, file, err := githubfake.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	given := config()
	given.App.Keys = []*rsa.PublicKey{old, fresh}
	g := start(t, given)
	token := webToken(t, file, jwt.MapClaims{"iss": appID, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()})
	if answer, body := call(t, g, http.MethodGet, "/app", "", "Authorization", "Bearer "+token); answer.StatusCode != http.StatusOK {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

const issuePath = "/repos/acme/microsvcs/issues/1"

func TestInstallationTokens(t *testing.T) {
	given, clock := config(), newClock()
	given.Now = clock.read
	g := start(t, given)
	token := installationToken(t, g)
	refused := func(authorization string) {
		t.Helper()
		answer, body := call(t, g, http.MethodGet, issuePath, "", "Authorization", authorization)
		if answer.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `"message":"Bad credentials"`) {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
	}
	for _, scheme := range []string{"token ", "Bearer "} {
		if answer, body := call(t, g, http.MethodGet, issuePath, "", "Authorization", scheme+token); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", scheme, answer.StatusCode, body)
		}
	}
	refused("token ghs_unknown")
	refused("Basic " + token)
	_, file := appKey()
	refused("Bearer " + webToken(t, file, jwt.MapClaims{"iss": appID, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix()}))
	if answer, _ := call(t, g, http.MethodGet, "/app", "", "Authorization", "token "+token); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("an installation is not the app: %d", answer.StatusCode)
	}
	clock.step(time.Hour)
	refused("token " + token)
	clock.step(-time.Hour)
	g.RevokeTokens()
	refused("token " + token)
}

func TestOnlyItsOwnRepositories(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)
	for _, name := range []string{"unseen", "nothing"} {
		_, answer, err := c.Issues.Get(ctx, "acme", name, 1)
		if answer == nil || answer.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, answer, err := c.Teams.ListTeamMembersBySlug(ctx, "other", "platform", nil); answer == nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("other organization: %v", err)
	}
	written, _, err := g.Comment(ctx, "acme/unseen", 1, "octocat", "hello")
	if err != nil {
		t.Fatal(err)
	}
	if _, answer, err := c.Issues.GetComment(ctx, "acme", "microsvcs", written.ID); answer == nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("comment by way of another repository: %v", err)
	}
}

func TestPermissions(t *testing.T) {
	given := config()
	given.World.Installations[0].Permissions = map[string]string{"issues": "read", "pull_requests": "write"}
	g := start(t, given)
	c, ctx := client(t, g), soon(t)

	body := &github.IssueComment{Body: new("hello")}
	if _, _, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", 7, body); err != nil {
		t.Errorf("pull_requests: write is enough on a pull request: %v", err)
	}
	if _, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 1); err != nil {
		t.Errorf("issues: read is enough to read an issue: %v", err)
	}
	_, answer, err := c.Issues.CreateComment(ctx, "acme", "microsvcs", 1, body)
	var refusal *github.ErrorResponse
	if !errors.As(err, &refusal) || refusal.Message != "Resource not accessible by integration" || answer.StatusCode != http.StatusForbidden {
		t.Errorf("issues: read is not enough to comment on an issue: %v", err)
	} else if needed := answer.Header.Get("X-Accepted-GitHub-Permissions"); needed != "issues=write" {
		t.Errorf("needed: %q", needed)
	}
	if _, answer, _ := c.Teams.ListTeamMembersBySlug(ctx, "acme", "platform", nil); answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("members without the permission: %v", answer)
	}
	if refused := g.Refused(); len(refused) != 2 || refused[0].Operation != "issues/create-comment" {
		t.Errorf("refused: %+v", refused)
	}
}

func TestSuspendedInstallation(t *testing.T) {
	g := start(t, config())
	c, ctx := client(t, g), soon(t)
	if _, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 1); err != nil {
		t.Fatal(err)
	}
	if err := g.Suspend(installation, true); err != nil {
		t.Fatal(err)
	}
	if _, answer, err := c.Issues.Get(ctx, "acme", "microsvcs", 1); answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("token of a suspended installation: %v", err)
	}
	if _, answer, err := appClient(t, g).Apps.CreateInstallationToken(ctx, installation, nil); answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("new token: %v", err)
	}
	if err := g.Suspend(installation, false); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Issues.Get(ctx, "acme", "microsvcs", 1); err != nil {
		t.Errorf("taken up again: %v", err)
	}
}

// rawToken asks for an installation token at the clock's time, which the real client
// does not know.
func rawToken(t testing.TB, g *githubfake.GitHub, clock *clock) string {
	t.Helper()
	_, file := appKey()
	now := clock.read()
	proof := webToken(t, file, jwt.MapClaims{"iss": appID, "iat": now.Unix(), "exp": now.Add(time.Minute).Unix()})
	r := httptest.NewRequest(http.MethodPost, g.URL()+"/app/installations/42/access_tokens", nil)
	r.Header.Set("User-Agent", "test")
	r.Header.Set("Authorization", "Bearer "+proof)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, r)
	var issued struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &issued); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return issued.Token
}
