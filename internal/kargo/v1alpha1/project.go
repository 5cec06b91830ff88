package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Project is cluster-scoped; its namespace has the same name.
//
// +kubebuilder:object:root=true
// +kubebuilder:resource:scope=Cluster
// +kubebuilder:subresource:status
type Project struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Status ProjectStatus `json:"status,omitempty"`
}

// ProjectList is a list of Projects.
//
// +kubebuilder:object:root=true
type ProjectList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Project `json:"items"`
}

// ProjectStatus is what Kargo reports about a Project.
type ProjectStatus struct {
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// ProjectConfig has the name of its Project and lives in the Project's namespace.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type ProjectConfig struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec ProjectConfigSpec `json:"spec,omitempty"`
}

// ProjectConfigList is a list of ProjectConfigs.
//
// +kubebuilder:object:root=true
type ProjectConfigList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ProjectConfig `json:"items"`
}

// ProjectConfigSpec holds the promotion policies; the first whose selector matches a Stage decides.
type ProjectConfigSpec struct {
	PromotionPolicies []PromotionPolicy `json:"promotionPolicies,omitempty"`
}

// PromotionPolicy says whether matching Stages are promoted to automatically.
type PromotionPolicy struct {
	// Stage is the older way to select one Stage by name.
	Stage                string                   `json:"stage,omitempty"`
	StageSelector        *PromotionPolicySelector `json:"stageSelector,omitempty"`
	AutoPromotionEnabled bool                     `json:"autoPromotionEnabled,omitempty"`
}

// PromotionPolicySelector selects Stages by name (exact, "glob:…" or "regex:…") and by labels.
type PromotionPolicySelector struct {
	Name                  string `json:"name,omitempty"`
	*metav1.LabelSelector `json:",inline"`
}
