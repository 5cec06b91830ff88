package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Release is one version of one service on its way through its Stages. It is made when a release is tagged,
// or when Kargo discovers a version that nobody has announced.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=rel
// +kubebuilder:printcolumn:name="Service",type=string,JSONPath=`.spec.service`
// +kubebuilder:printcolumn:name="Version",type=string,JSONPath=`.spec.version`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Freight",type=string,JSONPath=`.status.alias`,priority=1
// +kubebuilder:printcolumn:name="Tag",type=string,JSONPath=`.spec.source.tag`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Release struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is which release it is. It never changes.
	//
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a Release's spec says which release it is and cannot be changed"
	Spec ReleaseSpec `json:"spec"`
	// Status is how far it has come.
	//
	// +optional
	Status ReleaseStatus `json:"status,omitempty"`
}

// ReleaseList is a list of Releases.
//
// +kubebuilder:object:root=true
type ReleaseList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Release `json:"items"`
}

// ReleaseSpec is which release it is.
type ReleaseSpec struct {
	// Service is the name of the service, as in "red".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Service string `json:"service"`
	// Version is a semantic version, as in "3.2.0".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=256
	Version string `json:"version"`
	// Source is the tag, if it was a tag that announced the release.
	//
	// +optional
	Source *ReleaseSource `json:"source,omitempty"`
	// Silent says that nobody is to be told of it in chat: a prerelease, where the configuration says so.
	//
	// +optional
	Silent bool `json:"silent,omitempty"`
}

// ReleaseSource is a tag on GitHub.
type ReleaseSource struct {
	// Repo is "owner/name".
	//
	// +kubebuilder:validation:MaxLength=256
	Repo string `json:"repo"`
	// Tag is the name of the tag, as in "red/3.2.0".
	//
	// +kubebuilder:validation:MaxLength=256
	Tag string `json:"tag"`
}

// ReleasePhase is how far a release is.
//
// +kubebuilder:validation:Enum=AwaitingImage;Overdue;Progressing;Waiting;Failed;Live;Superseded
type ReleasePhase string

// The phases of a Release.
const (
	// ReleaseAwaitingImage: it is tagged, and Kargo has not discovered its image yet.
	ReleaseAwaitingImage ReleasePhase = "AwaitingImage"
	// ReleaseOverdue: Kargo has not discovered its image in time.
	ReleaseOverdue ReleasePhase = "Overdue"
	// ReleaseProgressing: it is on its way, and nobody has to do anything.
	ReleaseProgressing ReleasePhase = "Progressing"
	// ReleaseWaiting: somebody has to promote it.
	ReleaseWaiting ReleasePhase = "Waiting"
	// ReleaseFailed: its last Promotion, or its verification, went wrong.
	ReleaseFailed ReleasePhase = "Failed"
	// ReleaseLive: it runs in every environment that it can reach, or ran there before something newer did.
	ReleaseLive ReleasePhase = "Live"
	// ReleaseSuperseded: there is a newer release, before this one was live everywhere.
	ReleaseSuperseded ReleasePhase = "Superseded"
)

// IsTerminal reports whether nothing more is expected. A Release may leave such a phase again: somebody may
// promote an old version, or roll back to it.
func (p ReleasePhase) IsTerminal() bool { return p == ReleaseLive || p == ReleaseSuperseded }

// ReleaseStatus is how far a release is. Every message about it is a rendering of its spec and this.
type ReleaseStatus struct {
	// Phase sums up the Stages.
	//
	// +optional
	Phase ReleasePhase `json:"phase,omitempty"`
	// Message says in one line what is wrong or waited for, empty if there is nothing to say.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	Message string `json:"message,omitempty"`
	// Commit is what was tagged, as a full hash, once that was found out.
	//
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Commit string `json:"commit,omitempty"`
	// Repo is the repository of the commit, as "owner/name".
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Repo string `json:"repo,omitempty"`
	// Author is the login of whoever released it, once that was found out.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Author string `json:"author,omitempty"`
	// Notes are what was written of the release, in Markdown, cut to a bearable length.
	//
	// +kubebuilder:validation:MaxLength=8192
	// +optional
	Notes string `json:"notes,omitempty"`
	// Published says that GitHub has a page for the release, and not just a tag.
	//
	// +optional
	Published bool `json:"published,omitempty"`
	// URL shows the release, or its tag, to people.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	URL string `json:"url,omitempty"`
	// Contents says what it ships compared to the last environment, once that was found out.
	//
	// +optional
	Contents *Contents `json:"contents,omitempty"`
	// Freight is the name of its Freight, once Kargo has discovered it.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Freight string `json:"freight,omitempty"`
	// Alias is the Freight's alias, as in "rafting-starfish".
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Alias string `json:"alias,omitempty"`
	// DiscoveredAt is when Kargo discovered it.
	//
	// +optional
	DiscoveredAt *metav1.Time `json:"discoveredAt,omitempty"`
	// RefreshedAt is when the bot last had Kargo look for the image.
	//
	// +optional
	RefreshedAt *metav1.Time `json:"refreshedAt,omitempty"`
	// Findings are what the doctor found when the image did not come, a line each.
	//
	// +kubebuilder:validation:MaxItems=5
	// +listType=atomic
	// +optional
	Findings []string `json:"findings,omitempty"`
	// SupersededBy is the newest version of the service, if it is a newer one.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	SupersededBy string `json:"supersededBy,omitempty"`
	// Stages are the environments that it can reach, in their order.
	//
	// +kubebuilder:validation:MaxItems=50
	// +listType=atomic
	// +optional
	Stages []ReleaseStage `json:"stages,omitempty"`
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

// ReleaseStagePhase is how a release stands in a Stage.
//
// +kubebuilder:validation:Enum=NotYet;Soaking;Waiting;Queued;Promoting;Verifying;Live;Failed;Replaced;Skipped
type ReleaseStagePhase string

// The phases of a release in a Stage.
const (
	// ReleaseStageNotYet: it can't go there yet.
	ReleaseStageNotYet ReleaseStagePhase = "NotYet"
	// ReleaseStageSoaking: it can go there after some time.
	ReleaseStageSoaking ReleaseStagePhase = "Soaking"
	// ReleaseStageWaiting: it can go there, and somebody has to promote it.
	ReleaseStageWaiting ReleaseStagePhase = "Waiting"
	// ReleaseStageQueued: its Promotion waits for its turn, or Kargo is about to make one by itself.
	ReleaseStageQueued ReleaseStagePhase = "Queued"
	// ReleaseStagePromoting: its Promotion is being carried out.
	ReleaseStagePromoting ReleaseStagePhase = "Promoting"
	// ReleaseStageVerifying: it runs there and is being verified.
	ReleaseStageVerifying ReleaseStagePhase = "Verifying"
	// ReleaseStageLive: it runs there, and nothing is missing.
	ReleaseStageLive ReleaseStagePhase = "Live"
	// ReleaseStageFailed: its last Promotion there, or its verification, went wrong.
	ReleaseStageFailed ReleaseStagePhase = "Failed"
	// ReleaseStageReplaced: it ran there, and something else does by now.
	ReleaseStageReplaced ReleaseStagePhase = "Replaced"
	// ReleaseStageSkipped: something newer runs there already.
	ReleaseStageSkipped ReleaseStagePhase = "Skipped"
)

// ReleaseStage is how a release stands in an environment.
type ReleaseStage struct {
	// Environment is the name of the environment.
	//
	// +kubebuilder:validation:MaxLength=253
	Environment string `json:"environment"`
	// Stage is the name of the Stage.
	//
	// +kubebuilder:validation:MaxLength=253
	Stage string `json:"stage"`
	// Phase is how it stands there.
	Phase ReleaseStagePhase `json:"phase"`
	// Since is when that began, as far as it is known.
	//
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// Until is when it will have soaked long enough.
	//
	// +optional
	Until *metav1.Time `json:"until,omitempty"`
	// Verified says that it has passed a verification of the Stage's own.
	//
	// +optional
	Verified bool `json:"verified,omitempty"`
	// Health is Kargo's word for the health of what runs there, while it is this release.
	//
	// +optional
	Health string `json:"health,omitempty"`
	// Running is the version that runs there, if it is another one.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Running string `json:"running,omitempty"`
	// RunningSince is since when that runs.
	//
	// +optional
	RunningSince *metav1.Time `json:"runningSince,omitempty"`
	// Promotion is the name of its last Promotion there.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Promotion string `json:"promotion,omitempty"`
	// By is who asked for that, for people; empty if Kargo promoted by itself.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	By string `json:"by,omitempty"`
	// Step is what the Promotion is at, or failed at, as in "argocd-update"; StepNumber counts from 1.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Step string `json:"step,omitempty"`
	// +optional
	StepNumber int `json:"stepNumber,omitempty"`
	// Steps is how many there are.
	//
	// +optional
	Steps int `json:"steps,omitempty"`
	// Message is what Kargo says of what went wrong.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	Message string `json:"message,omitempty"`
}
