package probe

import (
	"context"
	"crypto/tls"
	"net/http"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/credentials"
)

// deadline of trying one credential, however many requests that takes.
const deadline = 10 * time.Second

// Options are what a Prober needs.
type Options struct {
	// Repositories that Kargo is known to use: one that a credential's pattern matches is what it is tried with.
	Repositories []credentials.Repository
	// TLS is the configuration of connections; the system's if nil.
	TLS *tls.Config
	// GitHubAPI and Now replace GitHub's API of a host and the clock in tests.
	GitHubAPI func(host string) string
	Now       func() time.Time
}

// Prober tries credentials.
type Prober struct {
	repositories []credentials.Repository
	githubAPI    func(host string) string
	now          func() time.Time
	transport    http.RoundTripper
}

// New returns a Prober. It goes through the proxies that the environment names.
func New(o Options) *Prober {
	if o.GitHubAPI == nil {
		o.GitHubAPI = githubAPI
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Prober{
		repositories: o.Repositories, githubAPI: o.GitHubAPI, now: o.Now,
		transport: newTransport(o.TLS),
	}
}

// Probe tries what is in data, the content of the credential's Secret, with a request that changes nothing.
func (p *Prober) Probe(ctx context.Context, credential credentials.Credential, data map[string][]byte) Finding {
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	at, ok := p.target(&credential)
	if !ok {
		return Finding{}
	}
	login := login{username: string(data[credentials.KeyUsername]), password: string(data[credentials.KeyPassword])}
	switch {
	case len(data[credentials.KeyAppPrivateKey]) > 0:
		return p.githubApp(ctx, at, data)
	case len(data[credentials.KeyGCPServiceAccount]) > 0:
		// As Artifact Registry wants it: https://cloud.google.com/artifact-registry/docs/docker/authentication
		login.username, login.password = "_json_key_base64", string(data[credentials.KeyGCPServiceAccount])
	case login.password == "":
		return Finding{} // An SSH key, or AWS': there is no request by which to try these alone.
	}
	switch {
	case credential.Type == credentials.TypeGit:
		return p.git(ctx, at, login)
	case credential.Type == credentials.TypeImage, at.oci:
		return p.registry(ctx, at, login)
	case credential.Type == credentials.TypeHelm && at.declared:
		return p.charts(ctx, at, login)
	default:
		return Finding{}
	}
}

// login is what HTTP's basic authentication is done with.
type login struct{ username, password string }
