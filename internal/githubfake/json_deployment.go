package githubfake

import (
	"encoding/json"
	"fmt"
)

func (g *GitHub) deploymentURL(d *deployment) string {
	return fmt.Sprintf("%s/deployments/%d", g.repoURL(d.repo), d.id)
}

func (g *GitHub) deploymentJSON(d *deployment) object {
	url := g.deploymentURL(d)
	payload := d.payload
	if len(payload) == 0 {
		payload = json.RawMessage(`{}`)
	}
	return object{
		{"url", url},
		{"id", d.id},
		{"node_id", nodeID("Deployment", d.id)},
		{"task", d.task},
		{"original_environment", d.environment},
		{"environment", d.environment},
		{"description", d.description},
		{"created_at", stamp(d.created)},
		{"updated_at", stamp(d.updated)},
		{"statuses_url", url + "/statuses"},
		{"repository_url", g.repoURL(d.repo)},
		{"creator", g.userJSON(d.creator)},
		{"sha", d.sha},
		{"ref", d.ref},
		{"payload", payload},
		{"transient_environment", d.transient},
		{"production_environment", d.production},
		{"performed_via_github_app", g.appJSON(g.app)},
	}
}

func (g *GitHub) deploymentStatusURL(d *deployment, s *deploymentStatus) string {
	return fmt.Sprintf("%s/statuses/%d", g.deploymentURL(d), s.id)
}

func (g *GitHub) deploymentStatusJSON(d *deployment, s *deploymentStatus) object {
	return object{
		{"url", g.deploymentStatusURL(d, s)},
		{"id", s.id},
		{"node_id", nodeID("DeploymentStatus", s.id)},
		{"state", s.state},
		{"creator", g.userJSON(s.creator)},
		{"description", s.description},
		{"environment", s.environment},
		{"target_url", s.logURL},
		{"created_at", stamp(s.created)},
		{"updated_at", stamp(s.created)},
		{"deployment_url", g.deploymentURL(d)},
		{"repository_url", g.repoURL(d.repo)},
		{"environment_url", s.environmentURL},
		{"log_url", s.logURL},
		{"performed_via_github_app", g.appJSON(g.app)},
	}
}
