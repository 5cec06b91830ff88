package githubfake

import "fmt"

// commentJSON is a comment on an issue or a pull request.
func (g *GitHub) commentJSON(c *comment) object {
	url := fmt.Sprintf("%s/issues/comments/%d", g.repoURL(c.issue.repo), c.id)
	return object{
		{"url", url},
		{"html_url", g.commentHTML(c)},
		{"issue_url", g.issueURL(c.issue)},
		{"id", c.id},
		{"node_id", nodeID("IssueComment", c.id)},
		{"user", g.userJSON(c.author)},
		{"created_at", stamp(c.created)},
		{"updated_at", stamp(c.updated)},
		{"author_association", c.issue.repo.association(c.author)},
		{"body", c.body},
		{"reactions", g.reactionsJSON(url, c.reactions)},
		{"performed_via_github_app", g.appOrNull(c.via)},
	}
}

func (g *GitHub) commentHTML(c *comment) string {
	return fmt.Sprintf("%s#issuecomment-%d", g.issueHTML(c.issue), c.id)
}

// reactionContents are all that GitHub knows, in its order.
var reactionContents = [...]string{"+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"}

// reactionsJSON counts the reactions to the thing at url.
func (g *GitHub) reactionsJSON(url string, reactions []*reaction) object {
	counted := object{{"url", url + "/reactions"}, {"total_count", len(reactions)}}
	for _, content := range reactionContents {
		count := 0
		for _, r := range reactions {
			if r.content == content {
				count++
			}
		}
		counted = counted.with(field{content, count})
	}
	return counted
}

func (g *GitHub) reactionJSON(r *reaction) object {
	return object{
		{"id", r.id},
		{"node_id", nodeID("Reaction", r.id)},
		{"user", g.userJSON(r.user)},
		{"content", r.content},
		{"created_at", stamp(r.created)},
	}
}
