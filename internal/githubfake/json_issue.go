package githubfake

import "fmt"

// issueJSON is an issue, or a pull request seen as one.
func (g *GitHub) issueJSON(i *issue) object {
	url, html := g.issueURL(i), g.issueHTML(i)
	state := "open"
	if !i.closed.IsZero() {
		state = "closed"
	}
	rendered := object{
		{"url", url},
		{"repository_url", g.repoURL(i.repo)},
		{"labels_url", url + "/labels{/name}"},
		{"comments_url", url + "/comments"},
		{"events_url", url + "/events"},
		{"html_url", html},
		{"id", i.id},
		{"node_id", nodeID("Issue", i.id)},
		{"number", i.number},
		{"title", i.title},
		{"user", g.userJSON(i.author)},
		{"labels", []object{}},
		{"state", state},
		{"locked", i.locked},
		{"assignee", nil},
		{"assignees", []object{}},
		{"milestone", nil},
		{"comments", i.commentCount()},
		{"created_at", stamp(i.created)},
		{"updated_at", stamp(i.updated)},
		{"closed_at", stampOrNull(i.closed)},
		{"author_association", i.repo.association(i.author)},
		{"active_lock_reason", nil},
	}
	if i.pull != nil {
		rendered = rendered.with(
			field{"draft", i.pull.draft},
			field{"pull_request", object{
				{"url", g.pullURL(i)},
				{"html_url", html},
				{"diff_url", html + ".diff"},
				{"patch_url", html + ".patch"},
				{"merged_at", stampOrNull(i.pull.merged)},
			}})
	}
	return rendered.with(
		field{"body", textOrNull(i.body)},
		field{"reactions", g.reactionsJSON(url, nil)},
		field{"timeline_url", url + "/timeline"},
		field{"performed_via_github_app", nil},
		field{"state_reason", nil},
	)
}

func (g *GitHub) issueURL(i *issue) string {
	return fmt.Sprintf("%s/issues/%d", g.repoURL(i.repo), i.number)
}

func (g *GitHub) pullURL(i *issue) string {
	return fmt.Sprintf("%s/pulls/%d", g.repoURL(i.repo), i.number)
}

func (g *GitHub) issueHTML(i *issue) string {
	kind := "issues"
	if i.pull != nil {
		kind = "pull"
	}
	return fmt.Sprintf("%s/%s/%s/%d", g.html, i.repo.fullName(), kind, i.number)
}
