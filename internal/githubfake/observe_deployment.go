package githubfake

import "time"

// Deployment is a deployment of a commit.
type Deployment struct {
	ID          int64
	SHA, Ref    string
	Task        string
	Environment string
	Description string
	Production  bool
	Payload     string // JSON
	Creator     string // login
	Created     time.Time
	Statuses    []DeploymentStatus // oldest first
}

// State returns the last status's, or "" if there is none.
func (d Deployment) State() string {
	if len(d.Statuses) == 0 {
		return ""
	}
	return d.Statuses[len(d.Statuses)-1].State
}

// DeploymentStatus is how a deployment stood.
type DeploymentStatus struct {
	State, Description string
	LogURL             string
	Environment        string
	Created            time.Time
}

// Deployments returns the deployments of a repository, oldest first.
func (g *GitHub) Deployments(repo string) []Deployment {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, err := g.world.repo(repo)
	if err != nil {
		return nil
	}
	var all []Deployment
	for _, d := range found.deployments {
		seen := Deployment{
			ID: d.id, SHA: d.sha, Ref: d.ref, Task: d.task, Environment: d.environment, Production: d.production,
			Payload: string(d.payload), Creator: d.creator.login, Created: d.created,
		}
		if d.description != nil {
			seen.Description = *d.description
		}
		for _, s := range d.statuses {
			seen.Statuses = append(seen.Statuses, DeploymentStatus{
				State: s.state, Description: s.description, LogURL: s.logURL, Environment: s.environment, Created: s.created,
			})
		}
		all = append(all, seen)
	}
	return all
}
