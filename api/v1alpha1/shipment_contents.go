package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Contents is what ships with an item of a Shipment, in short: what changes in the source code.
type Contents struct {
	// Service is the name of the service.
	Service string `json:"service"`
	// Added counts what comes.
	//
	// +optional
	Added *CommitCounts `json:"added,omitempty"`
	// Removed counts what is taken away.
	//
	// +optional
	Removed *CommitCounts `json:"removed,omitempty"`
	// Highlights are commits of both, those that break something first, and then the newest.
	//
	// +kubebuilder:validation:MaxItems=5
	// +listType=atomic
	// +optional
	Highlights []CommitLine `json:"highlights,omitempty"`
	// URL shows the comparison to people.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	URL string `json:"url,omitempty"`
	// Unknown says why it is not known what changes, for people.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Unknown string `json:"unknown,omitempty"`
	// Transient says that what is unknown may well be known later.
	//
	// +optional
	Transient bool `json:"transient,omitempty"`
	// At is when that was found out.
	At metav1.Time `json:"at"`
}

// CommitCounts counts commits.
type CommitCounts struct {
	// Commits is how many there are that concern the service.
	Commits int `json:"commits"`
	// More says that there were too many to count.
	//
	// +optional
	More bool `json:"more,omitempty"`
	// PullRequests is how many different ones they came with.
	//
	// +optional
	PullRequests int `json:"pullRequests,omitempty"`
	// Breaking is how many of them break something.
	//
	// +optional
	Breaking int `json:"breaking,omitempty"`
}

// CommitLine is a commit, or all of those of one pull request, in a line.
type CommitLine struct {
	// Title is what it does, as in "feat(red)!: drop /v1".
	//
	// +kubebuilder:validation:MaxLength=256
	Title string `json:"title"`
	// Commits is how many it stands for, if that is more than one.
	//
	// +optional
	Commits int `json:"commits,omitempty"`
	// PullRequest is the number of the one that it came with; 0 if that is not known.
	//
	// +optional
	PullRequest int `json:"pullRequest,omitempty"`
	// PullRequestURL shows that to people.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	PullRequestURL string `json:"pullRequestURL,omitempty"`
	// Author is who wrote it.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Author string `json:"author,omitempty"`
	// Breaking says that it breaks something for those who use the service.
	//
	// +optional
	Breaking bool `json:"breaking,omitempty"`
	// URL shows the commit to people.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	URL string `json:"url,omitempty"`
}
