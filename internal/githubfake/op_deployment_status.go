package githubfake

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"
)

// maxDescription is how long the description of a status may be, in characters.
const maxDescription = 140

func createDeploymentStatus() *operation {
	return &operation{
		id: "repos/create-deployment-status", method: http.MethodPost,
		path: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
		docs: "https://docs.github.com/rest/deployments/statuses#create-a-deployment-status",
		as:   installed, needs: []permission{{"deployments", "write"}},
		handle: (*GitHub).createDeploymentStatus,
	}
}

// statusRequest is how a deployment stands.
type statusRequest struct {
	State          string `json:"state"`
	TargetURL      string `json:"target_url"`
	LogURL         string `json:"log_url"`
	Description    string `json:"description"`
	Environment    string `json:"environment"`
	EnvironmentURL string `json:"environment_url"`
	AutoInactive   *bool  `json:"auto_inactive"`
}

func (g *GitHub) createDeploymentStatus(r *request) answer {
	d := r.deployment()
	if d == nil {
		return notFound(r.op.docs)
	}
	var asked statusRequest
	if r.decode(&asked) != nil {
		return malformed(r.op.docs)
	}
	if utf8.RuneCountInString(asked.Description) > maxDescription {
		return invalid(r.op.docs, "DeploymentStatus", "description", "custom",
			fmt.Sprintf("description is too long (maximum is %d characters)", maxDescription))
	}
	made := g.addStatus(d, &deploymentStatus{
		state: asked.State, description: asked.Description, logURL: cmp.Or(asked.LogURL, asked.TargetURL),
		environment: cmp.Or(asked.Environment, d.current().environment, d.environment), environmentURL: asked.EnvironmentURL,
	})
	d.environment = made.environment
	if made.state == "success" && (asked.AutoInactive == nil || *asked.AutoInactive) {
		g.deactivate(d)
	}
	rendered := g.deploymentStatusJSON(d, made)
	return created(rendered).with("Location", g.deploymentStatusURL(d, made))
}

// deactivate makes the deployments inactive that were there before: those that had succeeded, are neither
// transient nor of production, and went to an environment of the same name, whatever their task.
func (g *GitHub) deactivate(by *deployment) {
	for _, d := range by.repo.deployments {
		if d != by && d.id < by.id && !d.transient && !d.production && d.environment == by.environment && d.current().state == "success" {
			g.addStatus(d, &deploymentStatus{state: "inactive", environment: d.environment})
		}
	}
}

// addStatus stores a status.
func (g *GitHub) addStatus(d *deployment, status *deploymentStatus) *deploymentStatus {
	status.id, status.created, status.creator = g.world.id(0), g.world.moment(), g.app.bot
	d.statuses = append(d.statuses, status)
	d.updated = status.created
	return status
}

func listDeploymentStatuses() *operation {
	return &operation{
		id: "repos/list-deployment-statuses", method: http.MethodGet,
		path: "/repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
		docs: "https://docs.github.com/rest/deployments/statuses#list-deployment-statuses",
		as:   installed, needs: []permission{{"deployments", "read"}},
		handle: func(g *GitHub, r *request) answer {
			d := r.deployment()
			if d == nil {
				return notFound(r.op.docs)
			}
			shown := slices.Clone(d.statuses)
			slices.Reverse(shown) // newest first
			return page(g, r, shown, func(s *deploymentStatus) object { return g.deploymentStatusJSON(d, s) })
		},
	}
}
