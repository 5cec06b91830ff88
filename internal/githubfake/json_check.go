package githubfake

import "fmt"

func (g *GitHub) checkJSON(c *checkRun) object {
	url := fmt.Sprintf("%s/check-runs/%d", g.repoURL(c.repo), c.id)
	return object{
		{"id", c.id},
		{"name", c.name},
		{"node_id", nodeID("CheckRun", c.id)},
		{"head_sha", c.sha},
		{"external_id", c.externalID},
		{"url", url},
		{"html_url", fmt.Sprintf("%s/%s/runs/%d", g.html, c.repo.fullName(), c.id)},
		{"details_url", textOrNull(c.detailsURL)},
		{"status", c.status},
		{"conclusion", textOrNull(c.conclusion)},
		{"started_at", stamp(c.started)},
		{"completed_at", stampOrNull(c.completed)},
		{"output", object{
			{"title", c.output.Title},
			{"summary", c.output.Summary},
			{"text", c.output.Text},
			{"annotations_count", 0},
			{"annotations_url", url + "/annotations"},
		}},
		{"check_suite", object{{"id", c.repo.id + c.app.id}}},
		{"app", g.appJSON(c.app)},
		{"pull_requests", []object{}},
	}
}
