package githubfake

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxComment is how long a comment may be, in characters.
const maxComment = 65_536

func createComment() *operation {
	return &operation{
		id: "issues/create-comment", method: http.MethodPost, path: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
		docs: "https://docs.github.com/rest/issues/comments#create-an-issue-comment",
		as:   installed, needs: discussion("write"), creates: true,
		handle: (*GitHub).createComment,
	}
}

func (g *GitHub) createComment(r *request) answer {
	issue, found := r.issue("issue_number")
	if !found {
		return notFound(r.op.docs)
	}
	if refused := r.reaches(issue); refused != nil {
		return *refused
	}
	if issue.locked {
		return refuse(http.StatusForbidden, "https://docs.github.com/articles/locking-conversations/",
			"Unable to create comment because issue is locked.")
	}
	body, refused := r.commentBody()
	if refused != nil {
		return *refused
	}
	c := g.world.addComment(issue, g.app.bot, g.app, body)
	g.announceOwn(func() *event { return g.commentEvent("created", c, g.app.bot, nil) })
	url := fmt.Sprintf("%s/issues/comments/%d", g.repoURL(issue.repo), c.id)
	return created(g.commentJSON(c)).with("Location", url)
}

func updateComment() *operation {
	return &operation{
		id: "issues/update-comment", method: http.MethodPatch, path: "/repos/{owner}/{repo}/issues/comments/{comment_id}",
		docs: "https://docs.github.com/rest/issues/comments#update-an-issue-comment",
		as:   installed, needs: discussion("write"),
		handle: func(g *GitHub, r *request) answer {
			c, refused := g.commentFor(r)
			if refused != nil {
				return *refused
			}
			body, refused := r.commentBody()
			if refused != nil {
				return *refused
			}
			if before := c.body; before != body {
				g.world.editComment(c, g.app.bot, body)
				g.announceOwn(func() *event { return g.commentEvent("edited", c, g.app.bot, &before) })
			}
			return ok(g.commentJSON(c))
		},
	}
}

func deleteComment() *operation {
	return &operation{
		id: "issues/delete-comment", method: http.MethodDelete, path: "/repos/{owner}/{repo}/issues/comments/{comment_id}",
		docs: "https://docs.github.com/rest/issues/comments#delete-an-issue-comment",
		as:   installed, needs: discussion("write"),
		handle: func(g *GitHub, r *request) answer {
			c, refused := g.commentFor(r)
			if refused != nil {
				return *refused
			}
			g.world.deleteComment(c)
			g.announceOwn(func() *event { return g.commentEvent("deleted", c, g.app.bot, nil) })
			return noContent()
		},
	}
}

// commentBody returns the text of a comment, or GitHub's refusal of it.
func (r *request) commentBody() (string, *answer) {
	var given struct {
		Body *string `json:"body"`
	}
	var refused answer
	switch err := r.decode(&given); {
	case err != nil:
		refused = malformed(r.op.docs)
	case given.Body == nil:
		refused = refuse(http.StatusUnprocessableEntity, r.op.docs, `Invalid request. "body" wasn't supplied.`)
	default:
		if problem := commentProblem(*given.Body); problem != "" {
			refused = invalid(r.op.docs, "IssueComment", "data", "unprocessable", problem)
			break
		}
		return *given.Body, nil
	}
	return "", &refused
}

// commentProblem says why GitHub would refuse a text, or "".
func commentProblem(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "Body cannot be blank"
	case utf8.RuneCountInString(text) > maxComment:
		return fmt.Sprintf("Body is too long (maximum is %d characters)", maxComment)
	}
	return ""
}
