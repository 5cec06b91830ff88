package githubfake

import "net/http"

func getIssue() *operation {
	return &operation{
		id: "issues/get", method: http.MethodGet, path: "/repos/{owner}/{repo}/issues/{issue_number}",
		docs: "https://docs.github.com/rest/issues/issues#get-an-issue",
		as:   installed, needs: discussion("read"),
		handle: func(g *GitHub, r *request) answer {
			issue, found := r.issue("issue_number")
			if !found {
				return notFound(r.op.docs)
			}
			if refused := r.reaches(issue); refused != nil {
				return *refused
			}
			return ok(g.issueJSON(issue).with(field{"closed_by", nil}))
		},
	}
}

// discussion are the permissions that let an app read or write what is said on issues
// and pull requests.
func discussion(access string) []permission {
	return []permission{{"issues", access}, {"pull_requests", access}}
}

// reaches refuses a token that has none of the permissions that count for this issue:
// that for pull requests counts only on pull requests, that for issues on both.
func (r *request) reaches(i *issue) *answer {
	needs := r.op.needs
	if i.pull == nil {
		needs = needs[:1]
	}
	if r.caller.token.may(needs) {
		return nil
	}
	return lacking(r.op.docs, needs)
}
