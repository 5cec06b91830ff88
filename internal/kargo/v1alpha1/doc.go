// Package v1alpha1 declares the subset of Kargo's API (kargo.akuity.io/v1alpha1)
// that kargo-bot reads and writes, with the Go and JSON names of
// github.com/akuity/kargo/api/v1alpha1, so that a later switch to the upstream
// module is a change of import path.
//
// Because fields that are not declared here are dropped on decoding, a value of
// these types must never be sent back whole: change Kargo's objects by patches
// that name only the fields they change. Creating a Promotion is the one
// exception, since there is nothing yet to lose.
//
// The subset was taken from Kargo v1.11.2 and checked against v1.12.
//
// +kubebuilder:object:generate=true
// +groupName=kargo.akuity.io
package v1alpha1

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// GroupVersion is the API group and version of all kinds in this package.
var GroupVersion = schema.GroupVersion{Group: "kargo.akuity.io", Version: "v1alpha1"}

// AddToScheme registers the kinds of this package.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion,
		&Freight{}, &FreightList{},
		&Project{}, &ProjectList{},
		&ProjectConfig{}, &ProjectConfigList{},
		&Promotion{}, &PromotionList{},
		&Stage{}, &StageList{},
		&Warehouse{}, &WarehouseList{},
	)
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

// Labels and annotations that Kargo defines and the bot reads or sets.
const (
	// LabelKeyAlias carries a Freight's human-friendly alias.
	LabelKeyAlias = "kargo.akuity.io/alias"
	// LabelKeyStage carries the (shortened) name of the Stage a Promotion belongs to.
	LabelKeyStage = "kargo.akuity.io/stage"
	// LabelKeyShard carries the shard of the Stage a Promotion belongs to.
	LabelKeyShard = "kargo.akuity.io/shard"
	// LabelKeyProject set to "true" marks a namespace as a Project's.
	LabelKeyProject = "kargo.akuity.io/project"
	// LabelValueTrue is the "true" of Kargo's boolean labels.
	LabelValueTrue = "true"

	// AnnotationKeyStage carries the full name of a Promotion's Stage.
	AnnotationKeyStage = "kargo.akuity.io/stage"
	// AnnotationKeyCreateActor says who created an object, for example "kubernetes:octocat".
	AnnotationKeyCreateActor = "kargo.akuity.io/create-actor"
	// AnnotationKeyAbort aborts a Promotion, or on a Stage the verification with that ID.
	AnnotationKeyAbort = "kargo.akuity.io/abort"
	// AbortActionTerminate is the value of AnnotationKeyAbort on a Promotion.
	AbortActionTerminate = "terminate"
	// AnnotationKeyRefresh carries a token; a change of it makes Kargo reconcile the object,
	// confirmed by status.lastHandledRefresh.
	AnnotationKeyRefresh = "kargo.akuity.io/refresh"
	// AnnotationKeyReverify on a Stage re-runs the verification with that ID.
	AnnotationKeyReverify = "kargo.akuity.io/reverify"
	// AnnotationKeyRollback set to "true" marks a Promotion as a rollback.
	AnnotationKeyRollback = "kargo.akuity.io/rollback"
	// AnnotationKeyAutoPromotionHold says that a Promotion puts auto-promotion on hold; the value
	// is the origin. Kargo's admission sets it.
	AnnotationKeyAutoPromotionHold = "kargo.akuity.io/auto-promotion-hold"
	// AnnotationKeyAutoPromotionResume says that a Promotion ends a hold; the value is the origin.
	// Kargo's admission sets it.
	AnnotationKeyAutoPromotionResume = "kargo.akuity.io/auto-promotion-resume"
	// AnnotationValueTrue is the "true" of Kargo's boolean annotations.
	AnnotationValueTrue = "true"
)
