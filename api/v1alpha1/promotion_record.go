package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PromotionRecord is what became of one of Kargo's Promotions, whoever asked for it, and where that was
// reported. It has the name of the Promotion, and outlives it. There is one for each Promotion that somebody
// is to be told of.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=promorec
// +kubebuilder:printcolumn:name="Service",type=string,JSONPath=`.spec.service`
// +kubebuilder:printcolumn:name="Environment",type=string,JSONPath=`.spec.environment`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="By",type=string,JSONPath=`.spec.by`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type PromotionRecord struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is which Promotion it is. It never changes.
	//
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a PromotionRecord's spec says which Promotion it is and cannot be changed"
	Spec PromotionRecordSpec `json:"spec"`
	// Status is what became of it.
	//
	// +optional
	Status PromotionRecordStatus `json:"status,omitempty"`
}

// PromotionRecordList is a list of PromotionRecords.
//
// +kubebuilder:object:root=true
type PromotionRecordList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []PromotionRecord `json:"items"`
}

// PromotionRecordSpec is which Promotion it is.
type PromotionRecordSpec struct {
	// Service is the name of the service, as in "red".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Service string `json:"service"`
	// Environment is where it promotes to, as in "production".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Environment string `json:"environment"`
	// Stage is the name of the Stage.
	//
	// +kubebuilder:validation:MaxLength=253
	Stage string `json:"stage"`
	// Freight is the name of the Freight.
	//
	// +kubebuilder:validation:MaxLength=253
	Freight string `json:"freight"`
	// Alias is the Freight's alias, as in "rafting-starfish".
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Alias string `json:"alias,omitempty"`
	// Version is the Freight's version for people, as in "3.2.0".
	//
	// +kubebuilder:validation:MaxLength=256
	Version string `json:"version"`
	// FromVersion is the version that ran there when it began; empty if none did.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	FromVersion string `json:"fromVersion,omitempty"`
	// From is the name of that Freight.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	From string `json:"from,omitempty"`
	// Rollback says that it brings back what ran there before.
	//
	// +optional
	Rollback bool `json:"rollback,omitempty"`
	// By is who asked for it, for people; empty if Kargo promoted by itself.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	By string `json:"by,omitempty"`
	// RequestedBy is the person who asked the bot for it; nil if they asked Kargo.
	//
	// +optional
	RequestedBy *Actor `json:"requestedBy,omitempty"`
	// Shipment is the name of the Shipment that it was made for, if it was.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Shipment string `json:"shipment,omitempty"`
	// Reason is why, in the words of the person.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Reason string `json:"reason,omitempty"`
}

// PromotionRecordStatus is what became of a Promotion.
type PromotionRecordStatus struct {
	// Phase is how it stands: Pending, Promoting, Verifying, Succeeded, Failed, Errored or Aborted.
	//
	// +optional
	Phase ShipmentPhase `json:"phase,omitempty"`
	// CurrentStep counts from 1; 0 before the first step.
	//
	// +optional
	CurrentStep int `json:"currentStep,omitempty"`
	// Steps are the Promotion's steps.
	//
	// +listType=atomic
	// +optional
	Steps []StepStatus `json:"steps,omitempty"`
	// Message is what Kargo says of what went wrong.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	Message string `json:"message,omitempty"`
	// Health is Kargo's word for the health of the Stage, while it runs what was promoted.
	//
	// +optional
	Health string `json:"health,omitempty"`
	// UnhealthySince is since when it has been unhealthy.
	//
	// +optional
	UnhealthySince *metav1.Time `json:"unhealthySince,omitempty"`
	// StartedAt is when Kargo began to carry it out.
	//
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// FinishedAt is when the Promotion itself was over.
	//
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
	// VerifiedAt is when its verification was over.
	//
	// +optional
	VerifiedAt *metav1.Time `json:"verifiedAt,omitempty"`
	// Replaced says that something else was promoted since: what happens in the Stage is no more its doing.
	//
	// +optional
	Replaced bool `json:"replaced,omitempty"`
	// Repo and Commit are the source code of what was promoted, once that was found out; UnknownCommit says
	// that it can't be.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Repo string `json:"repo,omitempty"`
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Commit string `json:"commit,omitempty"`
	// +optional
	UnknownCommit bool `json:"unknownCommit,omitempty"`
	// Happenings are what people may want to be told, the earliest first.
	//
	// +kubebuilder:validation:MaxItems=100
	// +listType=atomic
	// +optional
	Happenings []Happening `json:"happenings,omitempty"`
	// Reports records what was said where. It has a single writer.
	//
	// +listType=atomic
	// +optional
	Reports []Report `json:"reports,omitempty"`
}
