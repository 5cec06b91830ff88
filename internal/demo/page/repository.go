package page

import "time"

// Repository is what GitHub tells of a repository besides its conversations.
type Repository struct {
	// Environments are those with a deployment, by name.
	Environments []Environment `json:"environments"`
	// Releases are the newest ones, the newest first.
	Releases []ReleasePage `json:"releases"`
}

// Environment is an environment with its latest deployment.
type Environment struct {
	Name       string `json:"name"`
	Production bool   `json:"production,omitempty"`
	// Commit is what was deployed, as a full hash.
	Commit string `json:"commit"`
	// State is GitHub's word for how the deployment stands, and Description what there is to say of it.
	State       string `json:"state"`
	Description string `json:"description"`
	// URL leads to where it was deployed from; empty if nothing does.
	URL string    `json:"url,omitempty"`
	By  string    `json:"by"`
	At  time.Time `json:"at"`
	// Deployments is how many there were.
	Deployments int `json:"deployments"`
}

// ReleasePage is the page of a release.
type ReleasePage struct {
	Tag    string `json:"tag"`
	Name   string `json:"name"`
	Author string `json:"author"`
	// Notes are Markdown.
	Notes string    `json:"notes"`
	At    time.Time `json:"at"`
}
