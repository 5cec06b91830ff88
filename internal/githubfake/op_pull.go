package githubfake

import "net/http"

func getPull() *operation {
	return &operation{
		id: "pulls/get", method: http.MethodGet, path: "/repos/{owner}/{repo}/pulls/{pull_number}",
		docs: "https://docs.github.com/rest/pulls/pulls#get-a-pull-request",
		as:   installed, needs: []permission{{"pull_requests", "read"}},
		handle: func(g *GitHub, r *request) answer {
			issue, found := r.issue("pull_number")
			if !found || issue.pull == nil {
				return notFound(r.op.docs)
			}
			return ok(g.pullJSON(issue))
		},
	}
}
