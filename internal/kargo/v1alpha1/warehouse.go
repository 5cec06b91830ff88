package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ConditionTypeFreightCreated of a Warehouse says whether its last look at the artifacts made Freight.
const ConditionTypeFreightCreated = "FreightCreated"

// Warehouse discovers artifacts and makes Freight of them.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Warehouse struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   WarehouseSpec   `json:"spec"`
	Status WarehouseStatus `json:"status,omitempty"`
}

// WarehouseList is a list of Warehouses.
//
// +kubebuilder:object:root=true
type WarehouseList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Warehouse `json:"items"`
}

// WarehouseSpec says what a Warehouse looks for.
type WarehouseSpec struct {
	Shard         string             `json:"shard,omitempty"`
	Interval      *metav1.Duration   `json:"interval,omitempty"`
	Subscriptions []RepoSubscription `json:"subscriptions"`
}

// RepoSubscription is one of an image, a Git or a chart repository. Only image subscriptions are
// declared so far, since only those are read.
type RepoSubscription struct {
	Image *ImageSubscription `json:"image,omitempty"`
}

// ImageSubscription says which images of a repository a Warehouse takes.
type ImageSubscription struct {
	RepoURL                string   `json:"repoURL"`
	ImageSelectionStrategy string   `json:"imageSelectionStrategy,omitempty"`
	Constraint             string   `json:"constraint,omitempty"`
	AllowTagsRegexes       []string `json:"allowTagsRegexes,omitempty"`
	IgnoreTagsRegexes      []string `json:"ignoreTagsRegexes,omitempty"`
	// AllowTags and IgnoreTags are refused by Kargo's discovery from 1.11 on; they are declared to
	// recognise them.
	AllowTags  string   `json:"allowTags,omitempty"`
	IgnoreTags []string `json:"ignoreTags,omitempty"`
	// SemverConstraint is what charts call it: of an image, Kargo keeps it and pays no heed to it. It is
	// declared to recognise it.
	SemverConstraint string `json:"semverConstraint,omitempty"`
	DiscoveryLimit   int64  `json:"discoveryLimit,omitempty"`
}

// WarehouseStatus is what Kargo reports about a Warehouse.
type WarehouseStatus struct {
	Conditions         []metav1.Condition `json:"conditions,omitempty"`
	LastHandledRefresh string             `json:"lastHandledRefresh,omitempty"`
	ObservedGeneration int64              `json:"observedGeneration,omitempty"`
	LastFreightID      string             `json:"lastFreightID,omitempty"`
}
