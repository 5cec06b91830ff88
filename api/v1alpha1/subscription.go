package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// LabelManagedBy on a Subscription says that it follows from the bot's configuration, with the value
// "configuration"; what a person has subscribed to does not have it.
const LabelManagedBy = "app.kubernetes.io/managed-by"

// Subscription is somebody, or some place, that is told what happens in a Kargo Project: since when, of what,
// and what was said there that is about no single object.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:shortName=kbsub
// +kubebuilder:printcolumn:name="Sink",type=string,JSONPath=`.spec.sink`
// +kubebuilder:printcolumn:name="Target",type=string,JSONPath=`.spec.target`
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Subscription struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is who is told of what.
	Spec SubscriptionSpec `json:"spec"`
	// Status is what was said.
	//
	// +optional
	Status SubscriptionStatus `json:"status,omitempty"`
}

// SubscriptionList is a list of Subscriptions.
//
// +kubebuilder:object:root=true
type SubscriptionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Subscription `json:"items"`
}

// SubscriptionSpec is who is told of what. Nothing is told that happened before the Subscription was made, or before
// Since.
type SubscriptionSpec struct {
	// Sink is how they are told: slack, webhook, deployment, release-page or check; none for nothing: such a one says since
	// when the bot looks after the project.
	//
	// +kubebuilder:validation:MaxLength=63
	Sink string `json:"sink"`
	// Target is who: "#deploys" or "C7" for a channel and "U42" for a person in Slack, the name of a webhook;
	// empty for what needs none.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Target string `json:"target,omitempty"`
	// Since is when what is to be told was last changed: what happened before is told as it was to be then.
	//
	// +optional
	Since *metav1.Time `json:"since,omitempty"`
	// Rules is a hash of the rules of the configuration that it follows from.
	//
	// +kubebuilder:validation:MaxLength=64
	// +optional
	Rules string `json:"rules,omitempty"`
	// Personal is what a person wants to be told in direct messages. What channels are told is in the
	// configuration.
	//
	// +optional
	Personal *PersonalSubscription `json:"personal,omitempty"`
}

// Begins returns from when on it is told what happens.
func (s *Subscription) Begins() metav1.Time {
	if s.Spec.Since != nil && s.Spec.Since.After(s.CreationTimestamp.Time) {
		return *s.Spec.Since
	}
	return s.CreationTimestamp
}

// PersonalSubscription is what a person wants to be told.
type PersonalSubscription struct {
	// Name is what the person is called, for people.
	//
	// +kubebuilder:validation:MaxLength=256
	// +optional
	Name string `json:"name,omitempty"`
	// Services are names of services; none for all.
	//
	// +kubebuilder:validation:MaxItems=200
	// +listType=atomic
	// +optional
	Services []string `json:"services,omitempty"`
	// Environments are names of environments; none for all.
	//
	// +kubebuilder:validation:MaxItems=50
	// +listType=atomic
	// +optional
	Environments []string `json:"environments,omitempty"`
	// On are the outcomes; none for all but Started and CredentialRotated.
	//
	// +kubebuilder:validation:MaxItems=20
	// +listType=atomic
	// +optional
	On []Outcome `json:"on,omitempty"`
	// Mine says that only what the person has asked for or released themselves is of interest.
	//
	// +optional
	Mine bool `json:"mine,omitempty"`
}

// SubscriptionStatus is what was said that is about no single object.
type SubscriptionStatus struct {
	// Message says what is wrong with it, as that the bot is not in the channel.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Message string `json:"message,omitempty"`
	// DigestedUntil is the end of the time that the last digest was about.
	//
	// +optional
	DigestedUntil *metav1.Time `json:"digestedUntil,omitempty"`
	// Summaries are the last messages that sum up a time, the newest last.
	//
	// +kubebuilder:validation:MaxItems=20
	// +listType=atomic
	// +optional
	Summaries []Summary `json:"summaries,omitempty"`
}

// SummaryKind is why things are summed up.
//
// +kubebuilder:validation:Enum=Burst;Quiet;Digest;Thread
type SummaryKind string

// The kinds of summaries.
const (
	// SummaryBurst: too much happened at once to have a message each.
	SummaryBurst SummaryKind = "Burst"
	// SummaryQuiet: it happened in quiet hours.
	SummaryQuiet SummaryKind = "Quiet"
	// SummaryDigest: it is the digest of a day or a week.
	SummaryDigest SummaryKind = "Digest"
	// SummaryThread: it heads the thread of a day.
	SummaryThread SummaryKind = "Thread"
)

// Summary is a message that sums up a time.
type Summary struct {
	// Key tells it from all others of the Subscription, as "burst-20261125T120000".
	//
	// +kubebuilder:validation:MaxLength=64
	Key string `json:"key"`
	// Kind is why there is one.
	Kind SummaryKind `json:"kind"`
	// From and Until are the time that it is about; it is open while Until is not set.
	From metav1.Time `json:"from"`
	// +optional
	Until *metav1.Time `json:"until,omitempty"`
	// Report records the message.
	//
	// +optional
	Report *Report `json:"report,omitempty"`
}
