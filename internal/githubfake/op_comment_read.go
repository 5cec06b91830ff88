package githubfake

import (
	"net/http"
	"time"
)

func listComments() *operation {
	return &operation{
		id: "issues/list-comments", method: http.MethodGet, path: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
		docs: "https://docs.github.com/rest/issues/comments#list-issue-comments",
		as:   installed, needs: discussion("read"),
		handle: (*GitHub).listComments,
	}
}

// listComments answers oldest first. "since" leaves out what was not updated from then
// on.
func (g *GitHub) listComments(r *request) answer {
	issue, found := r.issue("issue_number")
	if !found {
		return notFound(r.op.docs)
	}
	if refused := r.reaches(issue); refused != nil {
		return *refused
	}
	var since time.Time
	if text := r.http.URL.Query().Get("since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return invalid(r.op.docs, "IssueComment", "since", "invalid", "since is not a time")
		}
	}
	var shown []*comment
	for _, c := range issue.comments {
		if !c.deleted && !c.updated.Before(since) {
			shown = append(shown, c)
		}
	}
	return page(g, r, shown, g.commentJSON)
}

func getComment() *operation {
	return &operation{
		id: "issues/get-comment", method: http.MethodGet, path: "/repos/{owner}/{repo}/issues/comments/{comment_id}",
		docs: "https://docs.github.com/rest/issues/comments#get-an-issue-comment",
		as:   installed, needs: discussion("read"),
		handle: func(g *GitHub, r *request) answer {
			c, refused := g.commentFor(r)
			if refused != nil {
				return *refused
			}
			return ok(g.commentJSON(c))
		},
	}
}

// commentFor returns the comment of the path if the caller may get at it.
func (g *GitHub) commentFor(r *request) (*comment, *answer) {
	c, found := r.comment(g.world)
	if !found {
		refused := notFound(r.op.docs)
		return nil, &refused
	}
	return c, r.reaches(c.issue)
}
