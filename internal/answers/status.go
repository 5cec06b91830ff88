package answers

import "time"

// Status is what runs where.
type Status struct {
	Projects []ProjectStatus `json:"projects"`
}

// ProjectStatus is what runs where in a project.
type ProjectStatus struct {
	Project string `json:"project"`
	// Environments are those that were asked about, in the order of the configuration.
	Environments []string `json:"environments"`
	// Services are those that were asked about.
	Services []ServiceStatus `json:"services"`
}

// ServiceStatus is what a service runs in each environment.
type ServiceStatus struct {
	Service string `json:"service"`
	// Stages has an entry for each environment of the project's status, in the same order.
	Stages []StageStatus `json:"stages"`
}

// StageStatus is what a service runs in an environment, and what is about to change.
type StageStatus struct {
	Environment string `json:"environment"`
	// Stage is the name of the Stage; empty if there is none.
	Stage string `json:"stage,omitempty"`
	// Unpromotable says that the Stage only passes Freight on: nothing is promoted to it.
	Unpromotable bool `json:"unpromotable,omitempty"`
	// Running is what it runs: Freight of each origin.
	Running []RunningFreight `json:"running,omitempty"`
	// Health is Kargo's word for the health of what it runs; empty if it does not say.
	Health string `json:"health,omitempty"`
	// Issues is what Kargo finds wrong.
	Issues []string `json:"issues,omitempty"`
	// Verification is the last one of what it runs, if the Stage verifies by itself.
	Verification *Verification `json:"verification,omitempty"`
	// Promotion is the one that is being carried out.
	Promotion *PromotionStatus `json:"promotion,omitempty"`
	// Queued are those that wait for their turn, the next one first.
	Queued []PromotionStatus `json:"queued,omitempty"`
	// Last is the last one that ended.
	Last *PromotionStatus `json:"last,omitempty"`
	// Waiting is Freight that is newer than what runs and can go there: the newest of each origin.
	Waiting []Freight `json:"waiting,omitempty"`
	// Soaking is Freight, newer than all of that, which can go there after some time.
	Soaking []SoakingFreight `json:"soaking,omitempty"`
	// AutoPromotion says that Kargo promotes to it by itself.
	AutoPromotion bool `json:"autoPromotion,omitempty"`
	// Holds are the origins of whose Freight it does not do so any more.
	Holds []Hold `json:"holds,omitempty"`
}

// RunningFreight is Freight that runs in a Stage.
type RunningFreight struct {
	Freight

	// Since is when it came; zero if Kargo does not say.
	Since time.Time `json:"since,omitzero"`
}

// SoakingFreight is Freight that has to run upstream for a while.
type SoakingFreight struct {
	Freight

	// Until is when it can go.
	Until time.Time `json:"until"`
}

// Verification is how a verification stands or ended.
type Verification struct {
	// ID is Kargo's name for it.
	ID string `json:"id,omitempty"`
	// Phase is Kargo's word: Pending, Running, Successful, Failed, Error, Aborted or Inconclusive.
	Phase      string    `json:"phase"`
	Message    string    `json:"message,omitempty"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
}

// Over reports whether the verification has ended.
func (v Verification) Over() bool {
	return v.Phase != "Pending" && v.Phase != "Running" && v.Phase != ""
}

// PromotionStatus is how a Promotion stands or ended.
type PromotionStatus struct {
	// Name is the name of the Promotion.
	Name    string  `json:"name"`
	Freight Freight `json:"freight"`
	// Phase is Kargo's word: Pending, Running, Succeeded, Failed, Errored or Aborted.
	Phase string `json:"phase"`
	// Step counts the steps from 1: the one that it is at, or failed at. It is 0 before the first one,
	// and where Kargo does not say.
	Step int `json:"step,omitempty"`
	// Steps is how many there are.
	Steps int `json:"steps,omitempty"`
	// StepName is what the step does, as in "argocd-update".
	StepName string `json:"stepName,omitempty"`
	// StepStartedAt is when the step began.
	StepStartedAt time.Time `json:"stepStartedAt,omitzero"`
	// Message is what Kargo says of what went wrong, or is waited for.
	Message    string    `json:"message,omitempty"`
	CreatedAt  time.Time `json:"createdAt,omitzero"`
	StartedAt  time.Time `json:"startedAt,omitzero"`
	FinishedAt time.Time `json:"finishedAt,omitzero"`
}

// Failed reports whether the Promotion ended badly, other than by being aborted.
func (p PromotionStatus) Failed() bool { return p.Phase == "Failed" || p.Phase == "Errored" }

// Hold is why Kargo does not promote Freight of an origin by itself any more.
type Hold struct {
	// Origin is as in "Warehouse/red-releases".
	Origin string `json:"origin"`
	// Freight is what was promoted instead of the newest.
	Freight Freight   `json:"freight"`
	Since   time.Time `json:"since,omitzero"`
	// By is who did so, for people; empty if Kargo does not say.
	By string `json:"by,omitempty"`
}
