package v1alpha1

import (
	"fmt"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// PromotionPhase is the phase of a Promotion; empty until Kargo first looks at it.
type PromotionPhase string

// The phases of a Promotion.
const (
	PromotionPhasePending   PromotionPhase = "Pending"
	PromotionPhaseRunning   PromotionPhase = "Running"
	PromotionPhaseSucceeded PromotionPhase = "Succeeded"
	PromotionPhaseFailed    PromotionPhase = "Failed"
	PromotionPhaseErrored   PromotionPhase = "Errored"
	PromotionPhaseAborted   PromotionPhase = "Aborted"
)

// IsTerminal reports whether the Promotion is over.
func (p PromotionPhase) IsTerminal() bool {
	switch p {
	case PromotionPhaseSucceeded, PromotionPhaseFailed, PromotionPhaseErrored, PromotionPhaseAborted:
		return true
	default:
		return false
	}
}

// PromotionStepStatus is the state of one step of a Promotion.
type PromotionStepStatus string

// The states of a step.
const (
	PromotionStepStatusRunning   PromotionStepStatus = "Running"
	PromotionStepStatusSucceeded PromotionStepStatus = "Succeeded"
	PromotionStepStatusFailed    PromotionStepStatus = "Failed"
	PromotionStepStatusErrored   PromotionStepStatus = "Errored"
	PromotionStepStatusAborted   PromotionStepStatus = "Aborted"
	PromotionStepStatusSkipped   PromotionStepStatus = "Skipped"
)

// Promotion moves one Freight into one Stage.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
type Promotion struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   PromotionSpec   `json:"spec"`
	Status PromotionStatus `json:"status,omitempty"`
}

// PromotionList is a list of Promotions.
//
// +kubebuilder:object:root=true
type PromotionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Promotion `json:"items"`
}

// PromotionSpec is immutable once admitted. Kargo's admission fills Vars and Steps from the Stage,
// and turns Origin into the Freight that it would choose.
type PromotionSpec struct {
	Stage   string               `json:"stage"`
	Freight string               `json:"freight,omitempty"`
	Origin  *FreightOrigin       `json:"origin,omitempty"`
	Vars    []ExpressionVariable `json:"vars,omitempty"`
	Steps   []PromotionStep      `json:"steps,omitempty"`
}

// ExpressionVariable is a name and a value or expression.
type ExpressionVariable struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// PromotionStep is one step of a Promotion. Its retry settings are left out: admission fills steps
// from the Stage, so nothing is lost by not sending them.
type PromotionStep struct {
	Uses            string                  `json:"uses,omitempty"`
	Task            *PromotionTaskReference `json:"task,omitempty"`
	As              string                  `json:"as,omitempty"`
	If              string                  `json:"if,omitempty"`
	ContinueOnError bool                    `json:"continueOnError,omitempty"`
	Vars            []ExpressionVariable    `json:"vars,omitempty"`
	Config          *apiextensionsv1.JSON   `json:"config,omitempty"`
}

// GetAlias returns the name under which step i is known in the status, as Kargo forms it.
func (s *PromotionStep) GetAlias(i int) string {
	switch {
	case s.As != "":
		return s.As
	case s.Task != nil:
		return fmt.Sprintf("task-%d", i+1)
	default:
		return fmt.Sprintf("step-%d", i+1)
	}
}

// PromotionTaskReference names a PromotionTask or ClusterPromotionTask.
type PromotionTaskReference struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitempty"`
}

// PromotionStatus is what Kargo reports about a Promotion.
type PromotionStatus struct {
	LastHandledRefresh    string                  `json:"lastHandledRefresh,omitempty"`
	Phase                 PromotionPhase          `json:"phase,omitempty"`
	Message               string                  `json:"message,omitempty"`
	Freight               *FreightReference       `json:"freight,omitempty"`
	FreightCollection     *FreightCollection      `json:"freightCollection,omitempty"`
	StartedAt             *metav1.Time            `json:"startedAt,omitempty"`
	FinishedAt            *metav1.Time            `json:"finishedAt,omitempty"`
	CurrentStep           int64                   `json:"currentStep,omitempty"`
	StepExecutionMetadata []StepExecutionMetadata `json:"stepExecutionMetadata,omitempty"`
	// State holds what each step left behind, by the step's alias.
	State *apiextensionsv1.JSON `json:"state,omitempty"`
}

// StepExecutionMetadata says how one step went. The n-th entry belongs to the n-th step.
type StepExecutionMetadata struct {
	Alias           string              `json:"alias,omitempty"`
	StartedAt       *metav1.Time        `json:"startedAt,omitempty"`
	FinishedAt      *metav1.Time        `json:"finishedAt,omitempty"`
	ErrorCount      uint32              `json:"errorCount,omitempty"`
	Status          PromotionStepStatus `json:"status,omitempty"`
	Message         string              `json:"message,omitempty"`
	ContinueOnError bool                `json:"continueOnError,omitempty"`
}
