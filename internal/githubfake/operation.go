package githubfake

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// operation is one REST operation.
type operation struct {
	id     string // GitHub's operation id
	method string
	// path is GitHub's template. A last parameter that spans slashes is written
	// {path...}.
	path string
	docs string // where GitHub documents it, as its refusals say
	// as is who may call it.
	as audience
	// needs are permissions, one of which an installation token must have. None: any
	// token will do.
	needs []permission
	// creates marks content-creating calls, which GitHub limits more; free those that
	// it does not count.
	creates, free bool
	// media are the operation's own formats, like "sha" for application/vnd.github.sha.
	media []string
	// handle does it. It is called with GitHub.mu held and must not block.
	handle func(*GitHub, *request) answer

	segments []string
}

// audience is who may call an operation.
type audience int

const (
	anybody   audience = iota // no authentication needed
	theApp                    // the app, by its JSON web token
	installed                 // an installation, by its token
)

// permission is a permission of an app and the access that is needed: read or write.
type permission struct{ name, access string }

// operations is the table of everything that the fake serves. One line, one operation.
func operations() []*operation {
	all := []*operation{
		getApp(), listInstallations(), getRepoInstallation(), getOrgInstallation(), createInstallationToken(),
		listDeliveries(), getDelivery(), redeliver(),
		getIssue(), listComments(), getComment(),
		createComment(), updateComment(), deleteComment(),
		listReactions(), createReaction(), deleteReaction(),
		listTeamMembers(), getTeamMembership(), getUser(),
		listPulls(), getPull(), listPullFiles(), listPullCommits(),
		// A ref may have slashes, so what is below a commit goes before the commit.
		compareCommits(), listCommits(), listCommitPulls(), listChecks(), getCommit(),
		listReleases(), getReleaseByTag(), updateRelease(),
		createDeployment(), listDeployments(), createDeploymentStatus(), listDeploymentStatuses(),
		createCheck(), updateCheck(),
		getTree(), getBlob(), getRef(), getTag(),
		getRateLimit(),
	}
	for _, op := range all {
		op.segments = strings.Split(strings.TrimPrefix(op.path, "/"), "/")
	}
	// Literal segments go before parameters, so the first match is the right one.
	slices.SortStableFunc(all, func(a, b *operation) int {
		return cmp.Compare(strings.Count(a.path, "{"), strings.Count(b.path, "{"))
	})
	return all
}

// route finds the operation for a method and an escaped path, and the path's
// parameters, unescaped.
func (g *GitHub) route(method, escaped string) (*operation, map[string]string) {
	rest, ok := strings.CutPrefix(escaped, g.prefix+"/")
	if !ok {
		return nil, nil
	}
	given := strings.Split(rest, "/")
	for _, op := range g.routes {
		if op.method != method {
			continue
		}
		if parameters, ok := op.match(given); ok {
			return op, parameters
		}
	}
	return nil, nil
}

// match compares the segments of a path with the template.
func (op *operation) match(given []string) (map[string]string, bool) {
	parameters := map[string]string{}
	for i, segment := range op.segments {
		if i >= len(given) {
			return nil, false
		}
		name, isParameter := strings.CutPrefix(strings.TrimSuffix(segment, "}"), "{")
		if !isParameter {
			if segment != given[i] {
				return nil, false
			}
			continue
		}
		text := given[i]
		var spans bool
		if name, spans = strings.CutSuffix(name, "..."); spans {
			text = strings.Join(given[i:], "/")
		}
		value, err := url.PathUnescape(text)
		if err != nil || value == "" || isNumbered(name) && !isNumber(value) {
			return nil, false
		}
		parameters[name] = value
		if spans {
			return parameters, true
		}
	}
	return parameters, len(given) == len(op.segments)
}

// isNumbered says whether a parameter is a number: that is how GitHub tells
// /issues/comments/1 from /issues/1/comments.
func isNumbered(parameter string) bool {
	return strings.HasSuffix(parameter, "_id") || strings.HasSuffix(parameter, "_number")
}

func isNumber(text string) bool {
	return len(text) <= 18 && strings.Trim(text, "0123456789") == ""
}
