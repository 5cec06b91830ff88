package githubfake

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
)

func createDeployment() *operation {
	return &operation{
		id: "repos/create-deployment", method: http.MethodPost, path: "/repos/{owner}/{repo}/deployments",
		docs: "https://docs.github.com/rest/deployments/deployments#create-a-deployment",
		as:   installed, needs: []permission{{"deployments", "write"}},
		handle: (*GitHub).createDeployment,
	}
}

// deploymentRequest is what is to be deployed. Where nothing is given GitHub has defaults.
type deploymentRequest struct {
	Ref              string          `json:"ref"`
	Task             string          `json:"task"`
	AutoMerge        *bool           `json:"auto_merge"`
	RequiredContexts *[]string       `json:"required_contexts"`
	Payload          json.RawMessage `json:"payload"`
	Environment      string          `json:"environment"`
	Description      *string         `json:"description"`
	Transient        bool            `json:"transient_environment"`
	Production       *bool           `json:"production_environment"`
}

func (g *GitHub) createDeployment(r *request) answer {
	if r.repo.git.Len() == 0 {
		return emptyRepository(r.op.docs)
	}
	var asked deploymentRequest
	if r.decode(&asked) != nil {
		return malformed(r.op.docs)
	}
	commit := r.repo.git.Resolve(asked.Ref)
	if commit == nil {
		return refuse(http.StatusUnprocessableEntity, r.op.docs, "No ref found for: "+asked.Ref)
	}
	// Stricter than GitHub, which would merge the default branch into a branch that is behind it, and look for
	// checks of the commit: nobody should ask for that by leaving something out.
	if asked.AutoMerge == nil || *asked.AutoMerge {
		return refuse(http.StatusConflict, r.op.docs, "Conflict merging "+r.repo.branch+" into "+asked.Ref+".")
	}
	if asked.RequiredContexts == nil || len(*asked.RequiredContexts) > 0 {
		return refuse(http.StatusConflict, r.op.docs, "Conflict: Commit status checks failed for "+asked.Ref+".")
	}
	now := g.world.moment()
	made := &deployment{
		id: g.world.id(0), repo: r.repo, sha: commit.SHA, ref: asked.Ref, task: cmp.Or(asked.Task, "deploy"),
		environment: cmp.Or(asked.Environment, "production"), payload: asked.Payload, description: asked.Description,
		transient: asked.Transient, creator: g.app.bot, created: now, updated: now,
	}
	made.production = made.environment == "production"
	if asked.Production != nil {
		made.production = *asked.Production
	}
	r.repo.deployments = append(r.repo.deployments, made)
	return created(g.deploymentJSON(made))
}

func listDeployments() *operation {
	return &operation{
		id: "repos/list-deployments", method: http.MethodGet, path: "/repos/{owner}/{repo}/deployments",
		docs: "https://docs.github.com/rest/deployments/deployments#list-deployments",
		as:   installed, needs: []permission{{"deployments", "read"}},
		handle: (*GitHub).listDeployments,
	}
}

// listDeployments answers newest first. "none" stands for no filter, as its description says.
func (g *GitHub) listDeployments(r *request) answer {
	query := r.http.URL.Query()
	var shown []*deployment
	for _, d := range slices.Backward(r.repo.deployments) {
		fits := true
		for name, value := range map[string]string{"sha": d.sha, "ref": d.ref, "task": d.task, "environment": d.environment} {
			wanted := cmp.Or(query.Get(name), "none")
			fits = fits && (wanted == "none" || wanted == value)
		}
		if fits {
			shown = append(shown, d)
		}
	}
	return page(g, r, shown, g.deploymentJSON)
}

// deployment returns the deployment behind {deployment_id}, or nil.
func (r *request) deployment() *deployment {
	for _, d := range r.repo.deployments {
		if d.id == r.number("deployment_id") {
			return d
		}
	}
	return nil
}
