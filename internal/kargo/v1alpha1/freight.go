package v1alpha1

import (
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FreightOriginKind is the kind of object that Freight originates from.
type FreightOriginKind string

// FreightOriginKindWarehouse is the only kind of origin that Kargo has.
const FreightOriginKindWarehouse FreightOriginKind = "Warehouse"

// FreightOrigin says where Freight comes from.
type FreightOrigin struct {
	Kind FreightOriginKind `json:"kind"`
	Name string            `json:"name"`
}

// String returns "Warehouse/<name>", the key Kargo uses in its maps by origin.
func (o FreightOrigin) String() string { return string(o.Kind) + "/" + o.Name }

// Freight is a set of artifact versions that move through Stages together. It has no spec.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:path=freights,singular=freight
// +kubebuilder:subresource:status
type Freight struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Alias        string              `json:"alias,omitempty"`
	DiscoveredAt *metav1.Time        `json:"discoveredAt,omitempty"`
	Origin       FreightOrigin       `json:"origin,omitempty"`
	Commits      []GitCommit         `json:"commits,omitempty"`
	Images       []Image             `json:"images,omitempty"`
	Charts       []Chart             `json:"charts,omitempty"`
	Artifacts    []ArtifactReference `json:"artifacts,omitempty"`
	Status       FreightStatus       `json:"status,omitempty"`
}

// EffectiveDiscoveredAt returns DiscoveredAt, or the creation time where an older Kargo left it empty.
func (f *Freight) EffectiveDiscoveredAt() time.Time {
	if f.DiscoveredAt != nil {
		return f.DiscoveredAt.Time
	}
	return f.CreationTimestamp.Time
}

// FreightList is a list of Freight.
//
// +kubebuilder:object:root=true
type FreightList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Freight `json:"items"`
}

// GitCommit is one commit of one Git repository.
type GitCommit struct {
	RepoURL   string `json:"repoURL,omitempty"`
	ID        string `json:"id,omitempty"`
	Branch    string `json:"branch,omitempty"`
	Tag       string `json:"tag,omitempty"`
	Message   string `json:"message,omitempty"`
	Author    string `json:"author,omitempty"`
	Committer string `json:"committer,omitempty"`
}

// Image is one version of one container image. Annotations are those of the manifest or index.
type Image struct {
	RepoURL     string            `json:"repoURL,omitempty"`
	Tag         string            `json:"tag,omitempty"`
	Digest      string            `json:"digest,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// Chart is one version of one Helm chart.
type Chart struct {
	RepoURL string `json:"repoURL,omitempty"`
	Name    string `json:"name,omitempty"`
	Version string `json:"version,omitempty"`
}

// ArtifactReference is one version of an artifact of another type. Its metadata is left out.
type ArtifactReference struct {
	ArtifactType     string `json:"artifactType,omitempty"`
	SubscriptionName string `json:"subscriptionName,omitempty"`
	Version          string `json:"version,omitempty"`
}

// FreightStatus says where a Freight is, was verified, and is approved for; keys are Stage names.
type FreightStatus struct {
	CurrentlyIn map[string]CurrentStage  `json:"currentlyIn,omitempty"`
	VerifiedIn  map[string]VerifiedStage `json:"verifiedIn,omitempty"`
	ApprovedFor map[string]ApprovedStage `json:"approvedFor,omitempty"`
}

// CurrentStage says since when a Stage runs a Freight.
type CurrentStage struct {
	Since *metav1.Time `json:"since,omitempty"`
}

// VerifiedStage says when a Freight was verified in a Stage, and the longest time it ran there
// without a break until it last left.
type VerifiedStage struct {
	VerifiedAt           *metav1.Time     `json:"verifiedAt,omitempty"`
	LongestCompletedSoak *metav1.Duration `json:"longestSoak,omitempty"`
}

// ApprovedStage says when a Freight was approved for a Stage by hand.
type ApprovedStage struct {
	ApprovedAt *metav1.Time `json:"approvedAt,omitempty"`
}

// FreightReference is a copy of what matters of a Freight, kept where it is used.
type FreightReference struct {
	Name      string              `json:"name,omitempty"`
	Origin    FreightOrigin       `json:"origin,omitempty"`
	Commits   []GitCommit         `json:"commits,omitempty"`
	Images    []Image             `json:"images,omitempty"`
	Charts    []Chart             `json:"charts,omitempty"`
	Artifacts []ArtifactReference `json:"artifacts,omitempty"`
}

// FreightCollection is the Freight a Stage runs, one for each origin; keys are FreightOrigin strings.
type FreightCollection struct {
	ID                  string                      `json:"id"`
	Freight             map[string]FreightReference `json:"items,omitempty"`
	VerificationHistory []VerificationInfo          `json:"verificationHistory,omitempty"`
}

// Includes reports whether the Freight of that name is part of the collection.
func (c *FreightCollection) Includes(name string) bool {
	if c == nil {
		return false
	}
	for _, ref := range c.Freight {
		if ref.Name == name {
			return true
		}
	}
	return false
}
