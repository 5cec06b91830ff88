package githubfake

import (
	"crypto/rand"
	"maps"
	"net/http"
	"slices"
)

func createInstallationToken() *operation {
	return &operation{
		id: "apps/create-installation-access-token", method: http.MethodPost,
		path: "/app/installations/{installation_id}/access_tokens", as: theApp,
		docs:   "https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app",
		handle: (*GitHub).issueToken,
	}
}

// tokenRequest narrows a token to some repositories and permissions.
type tokenRequest struct {
	Repositories  []string          `json:"repositories"` // names without the owner
	RepositoryIDs []int64           `json:"repository_ids"`
	Permissions   map[string]string `json:"permissions"`
}

func (g *GitHub) issueToken(r *request) answer {
	in := g.world.installation(r.number("installation_id"))
	if in == nil {
		return notFound(r.op.docs)
	}
	if !in.suspended.IsZero() {
		return suspended()
	}
	var asked tokenRequest
	if r.decode(&asked) != nil {
		return malformed(r.op.docs)
	}
	repos, ok := g.narrowRepos(in, asked)
	if !ok {
		return refuse(http.StatusUnprocessableEntity, r.op.docs,
			"There is at least one repository that does not exist or is not accessible to the parent installation.")
	}
	permissions, ok := narrowPermissions(in, asked)
	if !ok {
		return refuse(http.StatusUnprocessableEntity, r.op.docs,
			"The permissions requested are not granted to this installation.")
	}
	issued := &token{
		value: "ghs_" + rand.Text() + rand.Text()[:10], installation: in,
		permissions: permissions, repos: repos, expires: g.now().Add(g.tokenLife),
	}
	g.tokens[issued.value] = issued
	return created(g.tokenJSON(issued))
}

// narrowRepos returns the ids of the repositories asked for; nil means all.
func (g *GitHub) narrowRepos(in *installation, asked tokenRequest) (map[int64]bool, bool) {
	if len(asked.Repositories)+len(asked.RepositoryIDs) == 0 {
		return nil, true
	}
	chosen := map[int64]bool{}
	for _, repo := range g.world.reposOf(in) {
		if slices.Contains(asked.Repositories, repo.name) || slices.Contains(asked.RepositoryIDs, repo.id) {
			chosen[repo.id] = true
		}
	}
	return chosen, len(chosen) == len(asked.Repositories)+len(asked.RepositoryIDs)
}

// narrowPermissions returns the permissions asked for, or all.
func narrowPermissions(in *installation, asked tokenRequest) (map[string]string, bool) {
	if len(asked.Permissions) == 0 {
		return maps.Clone(in.permissions), true
	}
	for name, access := range asked.Permissions {
		if rank(access) > rank(in.permissions[name]) {
			return nil, false
		}
	}
	return withMetadata(asked.Permissions), true
}

func (g *GitHub) tokenJSON(t *token) object {
	rendered := object{
		{"token", t.value},
		{"expires_at", stamp(t.expires)},
		{"permissions", t.permissions},
		{"repository_selection", t.installation.selection()},
	}
	if t.repos == nil {
		return rendered
	}
	repos := slices.DeleteFunc(g.world.reposOf(t.installation), func(r *repository) bool { return !t.repos[r.id] })
	rendered[3].value = "selected"
	return rendered.with(field{"repositories", list(repos, g.repositoryJSON)})
}

// RevokeTokens makes every token given out so far worthless.
func (g *GitHub) RevokeTokens() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, issued := range g.tokens {
		issued.revoked = true
	}
}
