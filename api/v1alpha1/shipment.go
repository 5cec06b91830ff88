package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ShipmentAction is what a Shipment does.
//
// +kubebuilder:validation:Enum=Promote;Rollback;Resume;Abort;Verify;Refresh;Approve
type ShipmentAction string

// The actions of a Shipment.
const (
	// ActionPromote moves Freight along the items' paths.
	ActionPromote ShipmentAction = "Promote"
	// ActionRollback moves Freight back that ran there before.
	ActionRollback ShipmentAction = "Rollback"
	// ActionResume promotes what Kargo would choose, which ends a hold of auto-promotion.
	ActionResume ShipmentAction = "Resume"
	// ActionAbort stops the Promotions and Shipments that the items name.
	ActionAbort ShipmentAction = "Abort"
	// ActionVerify has Stages verify again what they run.
	ActionVerify ShipmentAction = "Verify"
	// ActionRefresh has Warehouses look for new artifacts.
	ActionRefresh ShipmentAction = "Refresh"
	// ActionApprove approves Freight for Stages.
	ActionApprove ShipmentAction = "Approve"
)

// Promotes reports whether Promotions are made for the action.
func (a ShipmentAction) Promotes() bool {
	return a == ActionPromote || a == ActionRollback || a == ActionResume
}

// Shipment is one request of one person, to move Freight into one or more Stages, or to change what
// is on its way: what was asked, by whom and where, what became of it, and where that was reported.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=ship
// +kubebuilder:printcolumn:name="Request",type=string,JSONPath=`.spec.summary`
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Step",type=string,JSONPath=`.status.progress`
// +kubebuilder:printcolumn:name="By",type=string,JSONPath=`.spec.requestedBy.username`
// +kubebuilder:printcolumn:name="From",type=string,JSONPath=`.spec.requestedBy.source`,priority=1
// +kubebuilder:printcolumn:name="Promotion",type=string,JSONPath=`.status.items[0].stages[0].promotion`,priority=1
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Shipment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what was asked. It never changes.
	//
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a Shipment's spec is the record of what was asked and cannot be changed; ask again instead"
	Spec ShipmentSpec `json:"spec"`
	// Status is what became of it.
	//
	// +optional
	Status ShipmentStatus `json:"status,omitempty"`
}

// ShipmentList is a list of Shipments.
//
// +kubebuilder:object:root=true
type ShipmentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Shipment `json:"items"`
}

// ShipmentSpec is what was asked, with every choice already made: nothing in it has to be looked up
// again to know what was meant.
//
// +kubebuilder:validation:XValidation:rule="!(self.action in ['Promote', 'Rollback', 'Approve']) || self.items.all(i, has(i.freight))",message="freight: needed to promote, roll back and approve"
// +kubebuilder:validation:XValidation:rule="self.action == 'Refresh' || self.items.all(i, has(i.path) && has(i.environment))",message="path and environment: needed for all but Refresh"
// +kubebuilder:validation:XValidation:rule="self.action == 'Promote' || self.items.all(i, !has(i.path) || size(i.path) <= 1)",message="path: only a promotion goes through several Stages"
// +kubebuilder:validation:XValidation:rule="self.action != 'Refresh' || self.items.all(i, has(i.warehouse))",message="warehouse: needed to refresh"
// +kubebuilder:validation:XValidation:rule="self.action != 'Resume' || self.items.all(i, has(i.origin))",message="origin: needed to resume auto-promotion"
// +kubebuilder:validation:XValidation:rule="self.action != 'Verify' || self.items.all(i, has(i.verification))",message="verification: needed to verify again"
type ShipmentSpec struct {
	// Action is what to do.
	Action ShipmentAction `json:"action"`
	// Summary says the request in one line, for people: "red 3.1.0 → 3.2.0 to production".
	//
	// +kubebuilder:validation:MaxLength=256
	Summary string `json:"summary"`
	// Items are the services that it is about.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=200
	// +listType=atomic
	Items []ShipmentItem `json:"items"`
	// RequestedBy is the person who asked, as they were when they asked.
	RequestedBy Actor `json:"requestedBy"`
	// Origin is where they asked, and so where the answer goes.
	Origin Origin `json:"origin"`
	// RequestDigest is the SHA-256 (hex) of what identifies the request, from which the name of the
	// Shipment is derived too: it tells a retry of the same request from a chance collision.
	//
	// +kubebuilder:validation:Pattern=`^[0-9a-f]{64}$`
	RequestDigest string `json:"requestDigest"`
	// Reason is why, in the words of the person.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Reason string `json:"reason,omitempty"`
}

// ShipmentItem is one service, and what is to be done with it.
type ShipmentItem struct {
	// Service is the name of the service, as in "red".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Service string `json:"service"`
	// Environment is the name of the environment to reach, as in "production". A look for new
	// artifacts is about none.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Environment string `json:"environment,omitempty"`
	// Path names the Stages, in order: to be promoted to one after the other, or the one that it is
	// about.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=20
	// +kubebuilder:validation:items:MinLength=1
	// +kubebuilder:validation:items:MaxLength=253
	// +listType=atomic
	// +optional
	Path []string `json:"path,omitempty"`
	// Freight is the name of the Freight to move, or to approve.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Freight string `json:"freight,omitempty"`
	// Alias is the Freight's alias, as in "rafting-starfish".
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Alias string `json:"alias,omitempty"`
	// Version is the Freight's version for people, as in "3.2.0".
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Version string `json:"version,omitempty"`
	// From is the name of the Freight that the last Stage of the path ran when the request was made, or of
	// the newest that the Warehouse had.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	From string `json:"from,omitempty"`
	// FromVersion is the version of that Freight for people.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	FromVersion string `json:"fromVersion,omitempty"`
	// Holds says that Kargo will not promote to the Stage by itself any more after this: it does so now, and
	// would have chosen other Freight.
	//
	// +optional
	Holds bool `json:"holds,omitempty"`
	// Changes says what the Freight changes there, artifact by artifact.
	//
	// +kubebuilder:validation:MaxItems=20
	// +listType=atomic
	// +optional
	Changes []ArtifactChange `json:"changes,omitempty"`
	// Origin is where the Freight comes from whose auto-promotion is to be resumed, as in
	// "Warehouse/red-releases".
	//
	// +kubebuilder:validation:MaxLength=320
	// +optional
	Origin string `json:"origin,omitempty"`
	// Warehouse is the one to be refreshed.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Warehouse string `json:"warehouse,omitempty"`
	// Verification is the ID of the verification that is to be repeated.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Verification string `json:"verification,omitempty"`
	// Promotions are the names of those to be aborted: what ran or waited when that was asked.
	//
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=253
	// +listType=atomic
	// +optional
	Promotions []string `json:"promotions,omitempty"`
	// Shipments are the names of those to be aborted, which were not done with the Stage.
	//
	// +kubebuilder:validation:MaxItems=100
	// +kubebuilder:validation:items:MaxLength=253
	// +listType=atomic
	// +optional
	Shipments []string `json:"shipments,omitempty"`
}

// ArtifactChange is an artifact of which another version is going to run.
type ArtifactChange struct {
	// Artifact is an image's or a chart's repository, or a Git repository.
	//
	// +kubebuilder:validation:MaxLength=512
	Artifact string `json:"artifact"`
	// From is the version that runs, for people; empty if none does.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	From string `json:"from,omitempty"`
	// To is the version that is going to run, for people; empty if none is.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	To string `json:"to,omitempty"`
}

// Actor is the person behind a request.
type Actor struct {
	// Source is the surface they used.
	//
	// +kubebuilder:validation:Enum=slack;github;terminal
	Source string `json:"source"`
	// ID is the stable identity there: "T01/U42" in Slack, the login on GitHub.
	//
	// +kubebuilder:validation:MaxLength=256
	ID string `json:"id"`
	// Name is what they are called there, for people. Nothing is decided by it.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Name string `json:"name,omitempty"`
	// Username is the Kubernetes user they were taken for.
	//
	// +kubebuilder:validation:MaxLength=256
	Username string `json:"username"`
	// Groups are the Kubernetes groups they were taken to be in.
	//
	// +kubebuilder:validation:MaxItems=256
	// +listType=atomic
	// +optional
	Groups []string `json:"groups,omitempty"`
	// Role is the Kargo role (a ServiceAccount) that permitted the request, where it was not
	// permitted to the user directly.
	//
	// +optional
	Role string `json:"role,omitempty"`
}

// Origin is where a request was made. At most one member is set; none for a terminal.
//
// +kubebuilder:validation:XValidation:rule="!(has(self.slack) && has(self.github))",message="a request comes from one place"
type Origin struct {
	// Slack is the conversation the command was typed in.
	//
	// +optional
	Slack *SlackOrigin `json:"slack,omitempty"`
	// GitHub is the comment with the command.
	//
	// +optional
	GitHub *GitHubOrigin `json:"github,omitempty"`
}

// SlackOrigin is a conversation in Slack.
type SlackOrigin struct {
	// Team is the workspace's ID.
	Team string `json:"team"`
	// Channel is the conversation's ID.
	Channel string `json:"channel"`
	// User is the ID of the person, to be mentioned at the end.
	User string `json:"user"`
	// Thread is the timestamp of the message in the channel below which the request is answered: that
	// whose button was clicked, or if that is a reply, the one it replies to. Empty for an answer in the
	// channel.
	//
	// +kubebuilder:validation:MaxLength=32
	// +optional
	Thread string `json:"thread,omitempty"`
}

// GitHubOrigin is a comment on an issue or pull request.
type GitHubOrigin struct {
	// Installation is the ID of the App's installation that reached us.
	Installation int64 `json:"installation"`
	// Repo is "owner/name".
	Repo string `json:"repo"`
	// Issue is the number of the issue or pull request.
	Issue int `json:"issue"`
	// Comment is the ID of the comment.
	Comment int64 `json:"comment"`
	// Line counts the commands of a comment from 0.
	Line int `json:"line"`
}

// Awaits reports whether something of the Shipment can still be stopped on its way to a Stage or beyond.
func (s *Shipment) Awaits(stage string) bool {
	for i, item := range s.Spec.Items {
		for j, name := range item.Path {
			if name != stage {
				continue
			}
			if i >= len(s.Status.Items) || j >= len(s.Status.Items[i].Stages) {
				return true
			}
			// What was promoted and is only being verified can't be stopped there, but may have further to go.
			promoted := s.Status.Items[i].Stages[j].Phase == PhaseVerifying && j == len(item.Path)-1
			if !promoted && !s.Status.Items[i].Stages[j].Phase.IsTerminal() {
				return true
			}
		}
	}
	return false
}
