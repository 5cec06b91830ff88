package githubfake

import (
	"net/http"
	"slices"
)

func listReactions() *operation {
	return &operation{
		id: "reactions/list-for-issue-comment", method: http.MethodGet,
		path: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
		docs: "https://docs.github.com/rest/reactions/reactions#list-reactions-for-an-issue-comment",
		as:   installed, needs: discussion("read"),
		handle: func(g *GitHub, r *request) answer {
			c, refused := g.commentFor(r)
			if refused != nil {
				return *refused
			}
			content := r.http.URL.Query().Get("content")
			shown := slices.DeleteFunc(slices.Clone(c.reactions), func(r *reaction) bool {
				return content != "" && r.content != content
			})
			return page(g, r, shown, g.reactionJSON)
		},
	}
}

func createReaction() *operation {
	return &operation{
		id: "reactions/create-for-issue-comment", method: http.MethodPost,
		path: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
		docs: "https://docs.github.com/rest/reactions/reactions#create-reaction-for-an-issue-comment",
		as:   installed, needs: discussion("write"), creates: true,
		handle: (*GitHub).createReaction,
	}
}

// createReaction answers 201 for a new reaction and 200 for one that is there already.
func (g *GitHub) createReaction(r *request) answer {
	c, refused := g.commentFor(r)
	if refused != nil {
		return *refused
	}
	var given struct {
		Content string `json:"content"`
	}
	if r.decode(&given) != nil {
		return malformed(r.op.docs)
	}
	if !slices.Contains(reactionContents[:], given.Content) {
		return invalid(r.op.docs, "Reaction", "content", "invalid", "content is not one of GitHub's reactions")
	}
	reacted, isNew := g.world.react(c, g.app.bot, given.Content)
	if !isNew {
		return ok(g.reactionJSON(reacted))
	}
	return created(g.reactionJSON(reacted))
}

func deleteReaction() *operation {
	return &operation{
		id: "reactions/delete-for-issue-comment", method: http.MethodDelete,
		path: "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}",
		docs: "https://docs.github.com/rest/reactions/reactions#delete-an-issue-comment-reaction",
		as:   installed, needs: discussion("write"),
		handle: func(g *GitHub, r *request) answer {
			c, refused := g.commentFor(r)
			if refused != nil {
				return *refused
			}
			at := slices.IndexFunc(c.reactions, func(found *reaction) bool { return found.id == r.number("reaction_id") })
			if at < 0 {
				return notFound(r.op.docs)
			}
			if c.reactions[at].user != g.app.bot {
				return forbidden(r.op.docs) // only one's own
			}
			c.reactions = slices.Delete(c.reactions, at, at+1)
			return noContent()
		},
	}
}
