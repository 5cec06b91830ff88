package probe

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

const (
	// expiration is the header in which GitHub says when a token expires.
	expiration = "Github-Authentication-Token-Expiration"
	apiVersion = "2022-11-28"
	// What GitHub allows a JWT: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
	jwtLife, clockDrift = 9 * time.Minute, time.Minute
)

func isGitHub(host string) bool { return host == "github.com" || strings.HasSuffix(host, ".ghe.com") }

// githubAPI returns where the API of a GitHub host is: github.com, GitHub Enterprise Cloud with data residency, and
// GitHub Enterprise Server.
func githubAPI(host string) string {
	if isGitHub(host) {
		return "https://api." + host
	}
	return "https://" + host + "/api/v3"
}

// githubToken asks who a token is of: any answer to a request with it has when it expires.
func (p *Prober) githubToken(ctx context.Context, at target, login login) Finding {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.githubAPI(at.host)+"/user", http.NoBody)
	if err != nil {
		return Finding{}
	}
	response, err := p.github(request, login.password)
	if err != nil {
		return failed(at, err)
	}
	defer func() { _ = response.Body.Close() }()
	// A token that stands for no user may not ask, which says that it is known.
	known := response.StatusCode == http.StatusForbidden && !throttled(response)
	if response.StatusCode != http.StatusOK && !known {
		return judge(at, response)
	}
	finding := works(at)
	finding.ExpiresAt = expires(response.Header.Get(expiration))
	return finding
}

// expires reads GitHub's header. It has a time zone by name or by offset.
func expires(header string) *time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if at, err := time.Parse(layout, header); err == nil {
			at = at.UTC()
			return &at
		}
	}
	return nil
}

func (p *Prober) github(request *http.Request, token string) (*http.Response, error) {
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/vnd.github+json")
	request.Header.Set("X-GitHub-Api-Version", apiVersion)
	return (&http.Client{Transport: guarded{inner: p.transport}}).Do(request)
}

// githubApp asks for a token of the installation that may read the repository and nothing else: that there is one is
// the proof. It is not tried with Git, which does not know a new token everywhere at once, and is given back.
func (p *Prober) githubApp(ctx context.Context, at target, data map[string][]byte) Finding {
	signed, problem := p.sign(at, data)
	if problem != nil {
		return *problem
	}
	wanted := map[string]any{"permissions": map[string]string{"contents": "read"}}
	if at.path != "" {
		wanted["repositories"] = []string{strings.TrimSuffix(path.Base(at.path), ".git")}
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return Finding{}
	}
	address := p.githubAPI(at.host) + "/app/installations/" +
		url.PathEscape(string(data[credentials.KeyAppInstallation])) + "/access_tokens"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return Finding{}
	}
	response, err := p.github(request, signed)
	if err != nil {
		return failed(at, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusCreated {
		return judgeApp(at, response)
	}
	var minted struct {
		Token string `json:"token"`
	}
	if json.NewDecoder(response.Body).Decode(&minted) != nil || minted.Token == "" {
		return unreachable(at, "answers with something that is not a token", "Check the URL of the repository.")
	}
	p.giveBack(ctx, at, minted.Token)
	return works(at)
}

// judgeApp returns what it means that there is no token of the installation.
func judgeApp(at target, response *http.Response) Finding {
	refused := func(why string) Finding { return Finding{Verdict: Refused, Message: at.host + " " + why} }
	switch {
	case throttled(response):
		return judge(at, response)
	case response.StatusCode == http.StatusUnauthorized:
		return refused("refuses the GitHub App (HTTP 401): its private key was deleted, or is not the key of that App. " +
			"Compare the App's ID with where the key is from, or make a new key.")
	case response.StatusCode == http.StatusForbidden:
		return refused("refuses the GitHub App (HTTP 403): its installation is suspended. Have it unsuspended where it is installed.")
	case response.StatusCode == http.StatusNotFound:
		return refused("knows no such installation of the GitHub App (HTTP 404). Correct its ID, or install the App.")
	case response.StatusCode == http.StatusUnprocessableEntity:
		return refused("does not let the GitHub App read " + at.name() +
			" (HTTP 422). Add the repository to its installation, and give it the permission to read contents.")
	default:
		return judge(at, response)
	}
}

// giveBack revokes a token that was made for trying alone. If that fails, it ends within the hour anyway.
func (p *Prober) giveBack(ctx context.Context, at target, token string) {
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, p.githubAPI(at.host)+"/installation/token", http.NoBody)
	if err != nil {
		return
	}
	if response, err := p.github(request, token); err == nil {
		_ = response.Body.Close()
	}
}

// inBase64 is how Kargo tells a private key in base64 from one as it is.
var inBase64 = regexp.MustCompile(`^[a-zA-Z0-9+/]+={0,2}$`)

// sign returns what the App identifies itself with.
func (p *Prober) sign(at target, data map[string][]byte) (string, *Finding) {
	broken := &Finding{Verdict: Refused, Message: at.host + " was not asked: what the store has is not a private key in PEM. " +
		"Put the file that GitHub has handed out into it."}
	pem := data[credentials.KeyAppPrivateKey]
	if inBase64.Match(pem) {
		decoded, err := base64.StdEncoding.DecodeString(string(pem))
		if err != nil {
			return "", broken
		}
		pem = decoded
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM(pem)
	if err != nil {
		return "", broken
	}
	issuer := string(data[credentials.KeyAppClientID])
	if issuer == "" {
		issuer = string(data[credentials.KeyAppID])
	}
	now := p.now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.RegisteredClaims{
		Issuer:    issuer,
		IssuedAt:  jwt.NewNumericDate(now.Add(-clockDrift)),
		ExpiresAt: jwt.NewNumericDate(now.Add(jwtLife)),
	}).SignedString(key)
	if err != nil {
		return "", broken
	}
	return signed, nil
}
