package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Condition types of a Stage.
const (
	ConditionTypeReady       = "Ready"
	ConditionTypeHealthy     = "Healthy"
	ConditionTypeVerified    = "Verified"
	ConditionTypePromoting   = "Promoting"
	ConditionTypeReconciling = "Reconciling"
)

// HealthState is the health of what a Stage runs.
type HealthState string

// The states of a Stage's health.
const (
	HealthStateHealthy       HealthState = "Healthy"
	HealthStateNotApplicable HealthState = "NotApplicable"
	HealthStateProgressing   HealthState = "Progressing"
	HealthStateUnknown       HealthState = "Unknown"
	HealthStateUnhealthy     HealthState = "Unhealthy"
)

// VerificationPhase is the phase of a verification.
type VerificationPhase string

// The phases of a verification.
const (
	VerificationPhasePending      VerificationPhase = "Pending"
	VerificationPhaseRunning      VerificationPhase = "Running"
	VerificationPhaseSuccessful   VerificationPhase = "Successful"
	VerificationPhaseFailed       VerificationPhase = "Failed"
	VerificationPhaseError        VerificationPhase = "Error"
	VerificationPhaseAborted      VerificationPhase = "Aborted"
	VerificationPhaseInconclusive VerificationPhase = "Inconclusive"
)

// IsTerminal reports whether the verification is over.
func (p VerificationPhase) IsTerminal() bool {
	switch p {
	case VerificationPhaseSuccessful, VerificationPhaseFailed, VerificationPhaseError,
		VerificationPhaseAborted, VerificationPhaseInconclusive:
		return true
	default:
		return false
	}
}

// Stage is a place that Freight is promoted to.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Stage struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   StageSpec   `json:"spec"`
	Status StageStatus `json:"status,omitempty"`
}

// IsControlFlow reports whether the Stage has no promotion steps: such a Stage only passes Freight
// on and cannot be promoted to.
func (s *Stage) IsControlFlow() bool {
	return s.Spec.PromotionTemplate == nil || len(s.Spec.PromotionTemplate.Spec.Steps) == 0
}

// StageList is a list of Stages.
//
// +kubebuilder:object:root=true
type StageList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Stage `json:"items"`
}

// StageSpec says which Freight a Stage takes and how it is promoted.
type StageSpec struct {
	Shard             string               `json:"shard,omitempty"`
	Vars              []ExpressionVariable `json:"vars,omitempty"`
	RequestedFreight  []FreightRequest     `json:"requestedFreight"`
	PromotionTemplate *PromotionTemplate   `json:"promotionTemplate,omitempty"`
	Verification      *Verification        `json:"verification,omitempty"`
}

// FreightRequest asks for Freight of one origin.
type FreightRequest struct {
	Origin  FreightOrigin  `json:"origin"`
	Sources FreightSources `json:"sources"`
}

// FreightAvailabilityStrategy says whether Freight must be verified in all upstream Stages or in one.
type FreightAvailabilityStrategy string

// The availability strategies. Empty means OneOf.
const (
	FreightAvailabilityStrategyAll   FreightAvailabilityStrategy = "All"
	FreightAvailabilityStrategyOneOf FreightAvailabilityStrategy = "OneOf"
)

// AutoPromotionSelectionPolicy says which of the available Freight is promoted automatically.
type AutoPromotionSelectionPolicy string

// The selection policies. Empty means NewestFreight.
const (
	AutoPromotionSelectionPolicyNewestFreight AutoPromotionSelectionPolicy = "NewestFreight"
	AutoPromotionSelectionPolicyMatchUpstream AutoPromotionSelectionPolicy = "MatchUpstream"
)

// AutoPromotionOptions refines auto-promotion for one origin.
type AutoPromotionOptions struct {
	SelectionPolicy AutoPromotionSelectionPolicy `json:"selectionPolicy,omitempty"`
}

// FreightSources says where a Stage takes Freight from: its Warehouse directly, or upstream Stages.
type FreightSources struct {
	Direct               bool                        `json:"direct,omitempty"`
	Stages               []string                    `json:"stages,omitempty"`
	RequiredSoakTime     *metav1.Duration            `json:"requiredSoakTime,omitempty"`
	AvailabilityStrategy FreightAvailabilityStrategy `json:"availabilityStrategy,omitempty"`
	AutoPromotionOptions *AutoPromotionOptions       `json:"autoPromotionOptions,omitempty"`
}

// PromotionTemplate is what Kargo copies into each Promotion to a Stage.
type PromotionTemplate struct {
	Spec PromotionTemplateSpec `json:"spec"`
}

// PromotionTemplateSpec holds the steps and variables of a Stage's Promotions.
type PromotionTemplateSpec struct {
	Vars  []ExpressionVariable `json:"vars,omitempty"`
	Steps []PromotionStep      `json:"steps,omitempty"`
}

// Verification says how a Stage verifies the Freight it runs.
type Verification struct {
	AnalysisTemplates []AnalysisTemplateReference `json:"analysisTemplates,omitempty"`
}

// AnalysisTemplateReference names an Argo Rollouts AnalysisTemplate.
type AnalysisTemplateReference struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"`
}

// StageStatus is what Kargo reports about a Stage.
type StageStatus struct {
	Conditions []metav1.Condition `json:"conditions,omitempty"`
	// FreightHistory has what the Stage runs and ran, newest first, at most ten entries.
	FreightHistory       []*FreightCollection `json:"freightHistory,omitempty"`
	FreightSummary       string               `json:"freightSummary,omitempty"`
	Health               *Health              `json:"health,omitempty"`
	ObservedGeneration   int64                `json:"observedGeneration,omitempty"`
	LastHandledRefresh   string               `json:"lastHandledRefresh,omitempty"`
	CurrentPromotion     *PromotionReference  `json:"currentPromotion,omitempty"`
	LastPromotion        *PromotionReference  `json:"lastPromotion,omitempty"`
	AutoPromotionEnabled bool                 `json:"autoPromotionEnabled,omitempty"`
	// AutoPromotionHolds outlast the Promotions that made them; what holds right now, by origin, is in
	// EffectiveAutoPromotionHolds.
	AutoPromotionHolds          map[string]AutoPromotionHold `json:"autoPromotionHolds,omitempty"`
	EffectiveAutoPromotionHolds map[string]AutoPromotionHold `json:"effectiveAutoPromotionHolds,omitempty"`
}

// Current returns what the Stage runs, or nil if it never ran anything.
func (s *StageStatus) Current() *FreightCollection {
	if len(s.FreightHistory) == 0 {
		return nil
	}
	return s.FreightHistory[0]
}

// AutoPromotionHold says why auto-promotion of one origin is on hold.
type AutoPromotionHold struct {
	FreightName   string        `json:"freightName"`
	Origin        FreightOrigin `json:"origin"`
	PromotionName string        `json:"promotionName,omitempty"`
	Actor         string        `json:"actor,omitempty"`
	CreatedAt     *metav1.Time  `json:"createdAt,omitempty"`
}

// Health is the health of what a Stage runs, with what is wrong.
type Health struct {
	Status HealthState `json:"status,omitempty"`
	Issues []string    `json:"issues,omitempty"`
}

// PromotionReference is a copy of what matters of a Promotion, kept in the Stage's status.
type PromotionReference struct {
	Name       string            `json:"name"`
	Freight    *FreightReference `json:"freight,omitempty"`
	Status     *PromotionStatus  `json:"status,omitempty"`
	FinishedAt *metav1.Time      `json:"finishedAt,omitempty"`
}

// VerificationInfo is one run of a Stage's verification.
type VerificationInfo struct {
	ID         string            `json:"id,omitempty"`
	Actor      string            `json:"actor,omitempty"`
	StartTime  *metav1.Time      `json:"startTime,omitempty"`
	Phase      VerificationPhase `json:"phase,omitempty"`
	Message    string            `json:"message,omitempty"`
	FinishTime *metav1.Time      `json:"finishTime,omitempty"`
}
