package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ShipmentPhase is where a Shipment, or one Stage of it, is.
//
// +kubebuilder:validation:Enum=Pending;Waiting;Promoting;Verifying;Succeeded;Skipped;Failed;Errored;Aborted;NotReached
type ShipmentPhase string

// The phases of a Shipment and of its Stages. Those from PhaseSucceeded on are final.
const (
	// PhasePending: nothing has been done yet, or the Promotion waits in the Stage's queue.
	PhasePending ShipmentPhase = "Pending"
	// PhaseWaiting: the Freight can't go to the Stage yet. Only a Stage's own phase.
	PhaseWaiting ShipmentPhase = "Waiting"
	// PhasePromoting: Kargo runs the Promotion's steps.
	PhasePromoting ShipmentPhase = "Promoting"
	// PhaseVerifying: the Promotion succeeded and the Stage verifies the Freight.
	PhaseVerifying ShipmentPhase = "Verifying"
	// PhaseSucceeded: the Freight is where it was meant to go.
	PhaseSucceeded ShipmentPhase = "Succeeded"
	// PhaseSkipped: the Stage had the Freight already. Only a Stage's own phase.
	PhaseSkipped ShipmentPhase = "Skipped"
	// PhaseFailed: a step or the verification failed, or Kargo refused the Promotion.
	PhaseFailed ShipmentPhase = "Failed"
	// PhaseErrored: a step could not be carried out.
	PhaseErrored ShipmentPhase = "Errored"
	// PhaseAborted: somebody stopped it.
	PhaseAborted ShipmentPhase = "Aborted"
	// PhaseNotReached: it ended in a Stage before this one. Only a Stage's own phase.
	PhaseNotReached ShipmentPhase = "NotReached"
)

// IsTerminal reports whether nothing more will happen.
func (p ShipmentPhase) IsTerminal() bool {
	switch p {
	case PhaseSucceeded, PhaseSkipped, PhaseFailed, PhaseErrored, PhaseAborted, PhaseNotReached:
		return true
	default:
		return false
	}
}

// ConditionComplete is the type of the condition that is True when a Shipment is in a final phase:
// kubectl wait --for=condition=Complete.
const ConditionComplete = "Complete"

// ShipmentStatus is what became of a request. Every message about a Shipment is a rendering of its
// spec and this.
type ShipmentStatus struct {
	// Phase sums up the items: the least finished while any is under way, then the worst.
	//
	// +optional
	Phase ShipmentPhase `json:"phase,omitempty"`
	// Progress is "3/5" for one Stage at step 3 of 5, and "2/4 done" for several Stages.
	//
	// +optional
	Progress string `json:"progress,omitempty"`
	// Message says in one line what went wrong, empty if nothing did.
	//
	// +optional
	Message string `json:"message,omitempty"`
	// StartedAt is when the first Promotion began to run.
	//
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// FinishedAt is when the final phase was reached.
	//
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
	// Items has the progress of each item of the spec, in the same order.
	//
	// +listType=atomic
	// +optional
	Items []ItemStatus `json:"items,omitempty"`
	// Contents says what ships with each item of the spec, in the same order, once that was found out. It is
	// for people: nothing is decided by it. It has a single writer.
	//
	// +listType=atomic
	// +optional
	Contents []Contents `json:"contents,omitempty"`
	// Reports records what was said where. It has a single writer, the reporter.
	//
	// +listType=atomic
	// +optional
	Reports []Report `json:"reports,omitempty"`
	// Conditions has Complete.
	//
	// +listType=map
	// +listMapKey=type
	// +optional
	Conditions []metav1.Condition `json:"conditions,omitempty"`
}

// ItemStatus is the progress of one service.
type ItemStatus struct {
	// Service is the name of the service.
	Service string `json:"service"`
	// Stages has the progress in each Stage of the item's path, in the same order. An item without a
	// path has one entry.
	//
	// +listType=atomic
	Stages []StageStatus `json:"stages"`
}

// StageStatus is the progress in one Stage.
type StageStatus struct {
	// Stage is the name of the Stage; empty for an item without a path.
	//
	// +optional
	Stage string `json:"stage,omitempty"`
	// Phase is where it is.
	Phase ShipmentPhase `json:"phase"`
	// Promotion is the name of the Kargo Promotion, once it exists.
	//
	// +optional
	Promotion string `json:"promotion,omitempty"`
	// CurrentStep counts from 1; 0 before the first step.
	//
	// +optional
	CurrentStep int `json:"currentStep,omitempty"`
	// Steps are the Promotion's steps.
	//
	// +listType=atomic
	// +optional
	Steps []StepStatus `json:"steps,omitempty"`
	// Message is what Kargo says of a failure, or why the Freight can't go there yet.
	//
	// +optional
	Message string `json:"message,omitempty"`
	// AvailableAt is when the Freight will have soaked long enough to go there, if that is all it lacks.
	//
	// +optional
	AvailableAt *metav1.Time `json:"availableAt,omitempty"`
	// Result says in one line what came of a request that makes no Promotion: what was aborted, or what
	// a look for new artifacts found.
	//
	// +optional
	Result string `json:"result,omitempty"`
	// Held says that Kargo does not promote to the Stage by itself any more, because of this.
	//
	// +optional
	Held bool `json:"held,omitempty"`
	// UpstreamUnhealthy says that the Freight was last seen to make the Stage before unhealthy. Until that
	// Stage is healthy with it, the Freight goes no further.
	//
	// +optional
	UpstreamUnhealthy bool `json:"upstreamUnhealthy,omitempty"`
	// Health is the health of the Stage when it was last looked at: Kargo's word for it.
	//
	// +optional
	Health string `json:"health,omitempty"`
	// StartedAt is when the Promotion began to run.
	//
	// +optional
	StartedAt *metav1.Time `json:"startedAt,omitempty"`
	// StepStartedAt is when the current step began, or since when it is waited for what Message says.
	//
	// +optional
	StepStartedAt *metav1.Time `json:"stepStartedAt,omitempty"`
	// PromotedAt is when the Promotion succeeded, which is kept for when it is deleted.
	//
	// +optional
	PromotedAt *metav1.Time `json:"promotedAt,omitempty"`
	// FinishedAt is when this Stage reached its final phase.
	//
	// +optional
	FinishedAt *metav1.Time `json:"finishedAt,omitempty"`
}

// StepStatus is one step of a Promotion.
type StepStatus struct {
	// Name is what the step does, for people: its alias if it was given one, else what it uses.
	Name string `json:"name"`
	// Phase is Kargo's word for the step's state; empty if it was not reached.
	//
	// +optional
	Phase string `json:"phase,omitempty"`
}

// ReportPart says which of the messages about an object a Report is about. One that calls people because of an
// outcome has the outcome's name, and from the second time on its number: "Degraded", "Degraded-2".
//
// +kubebuilder:validation:Pattern=`^[A-Z][A-Za-z0-9]*(-[1-9][0-9]*)?$`
// +kubebuilder:validation:MaxLength=63
type ReportPart string

// The parts of what is reported.
const (
	// PartCard is the message that is kept up to date.
	PartCard ReportPart = "Card"
	// PartResult is the message that calls the requester at the end.
	PartResult ReportPart = "Result"
	// PartReaction is the reaction to the comment with the command.
	PartReaction ReportPart = "Reaction"
	// PartSummary says that the object has no message of its own: what the ID names sums it up with others.
	PartSummary ReportPart = "Summary"
)

// Report records one message: that it is about to be sent (no ID yet), or where it is and what it
// says. An entry without ID after a restart means that the message may or may not exist.
type Report struct {
	// Sink is the surface: slack, github, or one of those that a Subscription has.
	Sink string `json:"sink"`
	// Target is where: a Slack channel, a GitHub issue as "owner/name#12", the target of a Subscription.
	Target string `json:"target"`
	// Part says which message it is.
	Part ReportPart `json:"part"`
	// ID is the message's ID there.
	//
	// +optional
	ID string `json:"id,omitempty"`
	// Hash is the hash of what the message says.
	//
	// +optional
	Hash string `json:"hash,omitempty"`
	// At is when it was last sent.
	At metav1.Time `json:"at"`
	// Error says why it could not be sent, for people. No more is tried for what is lost for good.
	//
	// +optional
	Error string `json:"error,omitempty"`
}
