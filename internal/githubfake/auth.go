package githubfake

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// caller is who calls: the app itself, an installation, or nobody.
type caller struct {
	isApp bool
	token *token // of an installation
}

// token is an installation's access token.
type token struct {
	value        string
	installation *installation
	permissions  map[string]string
	repos        map[int64]bool // nil: all that the installation sees
	expires      time.Time
	revoked      bool
}

func (t *token) sees(repo *repository) bool {
	return t.installation.sees(repo) && (t.repos == nil || t.repos[repo.id])
}

// may says whether the token has one of the permissions.
func (t *token) may(needs []permission) bool {
	return len(needs) == 0 || slices.ContainsFunc(needs, func(p permission) bool {
		return rank(t.permissions[p.name]) >= rank(p.access)
	})
}

// rank orders the access of a permission.
func rank(access string) int {
	return slices.Index([]string{"", "read", "write", "admin"}, access)
}

// authenticate finds out who calls, and refuses whom the operation is not for.
func (g *GitHub) authenticate(r *request) (caller, *answer) {
	refused := func(a answer) (caller, *answer) { return caller{}, &a }
	scheme, credential, _ := strings.Cut(r.http.Header.Get("Authorization"), " ")
	switch {
	case r.op.as == anybody && credential == "":
		return caller{}, nil
	case credential == "":
		// Stricter than GitHub, which shows public things to anybody.
		return refused(refuse(http.StatusUnauthorized, rootDocs, "Requires authentication"))
	case strings.EqualFold(scheme, "Bearer") && strings.Count(credential, ".") == 2:
		if r.op.as == installed {
			return refused(badCredentials())
		}
		if problem := g.checkJWT(credential); problem != nil {
			return caller{}, problem
		}
		return caller{isApp: true}, nil
	case r.op.as == theApp:
		return refused(refuse(http.StatusUnauthorized, rootDocs, "A JSON web token could not be decoded"))
	case strings.EqualFold(scheme, "Bearer"), strings.EqualFold(scheme, "token"):
		return g.checkToken(credential)
	}
	return refused(badCredentials())
}

// checkToken finds the installation behind a token.
func (g *GitHub) checkToken(value string) (caller, *answer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.tokens[value]
	if !ok || found.revoked || !g.now().Before(found.expires) {
		refused := badCredentials()
		return caller{}, &refused
	}
	if !found.installation.suspended.IsZero() {
		refused := suspended()
		return caller{}, &refused
	}
	return caller{token: found}, nil
}

func suspended() answer {
	return refuse(http.StatusForbidden, "https://docs.github.com/rest/reference/apps", "This installation has been suspended")
}

// authorize finds the repository or the organization of the path and refuses what the
// caller does not see (404) or may not do (403). It is called with GitHub.mu held.
//
// Stricter than GitHub, which shows public repositories to every token.
func (g *GitHub) authorize(r *request) *answer {
	hidden := func() *answer { refused := notFound(r.op.docs); return &refused }
	if name, ok := r.path["repo"]; ok {
		repo, err := g.world.repo(r.path["owner"] + "/" + name)
		if err != nil || r.caller.token != nil && !r.caller.token.sees(repo) {
			return hidden()
		}
		r.repo = repo
	}
	if login, ok := r.path["org"]; ok {
		org, err := g.world.account(login)
		if err != nil || org.kind != "Organization" ||
			r.caller.token != nil && r.caller.token.installation.account != org {
			return hidden()
		}
		r.org = org
	}
	if r.caller.token != nil && !r.caller.token.may(r.op.needs) {
		return lacking(r.op.docs, r.op.needs)
	}
	return nil
}

// lacking refuses for want of a permission and names those that would do.
func lacking(docs string, needs []permission) *answer {
	var names []string
	for _, need := range needs {
		names = append(names, need.name+"="+need.access)
	}
	refused := forbidden(docs).with("X-Accepted-GitHub-Permissions", strings.Join(names, "; "))
	return &refused
}
