package probe

import (
	"context"
	"net/http"
	"strings"
)

// advertisement is the type of what a Git host answers to a clone's first request.
const advertisement = "application/x-git-upload-pack-advertisement"

// git begins a clone of the repository, and asks the host when the token expires.
func (p *Prober) git(ctx context.Context, at target, login login) Finding {
	if at.path == "" {
		return p.token(ctx, at, login)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.url("/info/refs?service=git-upload-pack"), http.NoBody)
	if err != nil {
		return Finding{}
	}
	request.SetBasicAuth(login.username, login.password)
	response, err := p.client(at).Do(request)
	if err != nil {
		return failed(at, err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return judge(at, response)
	}
	if !strings.HasPrefix(response.Header.Get("Content-Type"), advertisement) {
		return unreachable(at, "answers with something that is not Git", "Check the URL of the repository.")
	}
	finding := works(at)
	switch {
	case at.scheme != "https":
	case isGitHub(at.host) || response.Header.Get("X-GitHub-Request-Id") != "":
		finding.ExpiresAt = p.githubToken(ctx, at, login).ExpiresAt
	case isGitLab(at.host) || response.Header.Get("X-Gitlab-Meta") != "":
		finding.ExpiresAt = p.gitlabToken(ctx, at, login)
	}
	return finding
}

// token tries a token with no repository, where the host is one that can be asked so.
func (p *Prober) token(ctx context.Context, at target, login login) Finding {
	switch {
	case isGitHub(at.host):
		return p.githubToken(ctx, at, login)
	default:
		return Finding{}
	}
}
