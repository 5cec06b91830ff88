package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// registry does what a pull begins with: it finds out how the registry wants to be logged in to, gets a token if it
// says from where, and asks for one tag. The server that gives tokens is another than the registry at times, such as
// Docker Hub's; that the credential goes there is how registries work, and Kargo does the same.
func (p *Prober) registry(ctx context.Context, at target, login login) Finding {
	registry, repository, err := parse(at)
	if err != nil {
		return Finding{}
	}
	auth := authn.FromConfig(authn.AuthConfig{Username: login.username, Password: login.password})
	challenge, err := transport.Ping(ctx, registry, p.guard(at))
	if err != nil {
		return p.registryFailed(at, err)
	}
	if challenge.Scheme == "" && at.path == "" {
		return Finding{} // It lets everybody in.
	}
	var scopes []string
	if at.path != "" {
		scopes = []string{repository.Scope(transport.PullScope)}
	}
	loggedIn, err := transport.NewWithContext(ctx, registry, auth, p.guard(at), scopes)
	if err != nil {
		return p.registryFailed(at, err)
	}
	// Docker's own answers to the bare address whether a token is good at all.
	address := fmt.Sprintf("%s://%s/v2/", registry.Scheme(), registry.RegistryStr())
	if at.path != "" {
		address += repository.RepositoryStr() + "/tags/list?n=1"
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return Finding{}
	}
	response, err := (&http.Client{Transport: loggedIn}).Do(request)
	if err != nil {
		return p.registryFailed(at, err)
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode == http.StatusOK:
		return works(at)
	case response.StatusCode == http.StatusUnauthorized && strings.EqualFold(challenge.Scheme, "bearer"):
		// It is good for a token, but not for this repository.
		response.StatusCode = http.StatusForbidden
	}
	return judge(at, response)
}

// parse returns the registry and, if the target has one, the repository.
func parse(at target) (name.Registry, name.Repository, error) {
	if at.path == "" {
		registry, err := name.NewRegistry(at.host)
		return registry, name.Repository{}, err
	}
	repository, err := name.NewRepository(at.name())
	return repository.Registry, repository, err
}

// registryFailed returns what an error means: an answer that was not expected, or none.
func (p *Prober) registryFailed(at target, err error) Finding {
	answer, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return failed(at, err)
	}
	response := &http.Response{StatusCode: answer.StatusCode, Header: http.Header{}}
	return judge(at, response)
}
