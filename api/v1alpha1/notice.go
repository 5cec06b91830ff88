package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Notice is something that happened which is about no service, what became of it, and where that was reported: a
// credential that can't be renewed, that expires or was rotated. It has the name of the occurrence that the Events
// of it have in common, and outlives them.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:printcolumn:name="About",type=string,JSONPath=`.spec.about`
// +kubebuilder:printcolumn:name="Secret",type=string,JSONPath=`.spec.secret`
// +kubebuilder:printcolumn:name="Secret namespace",type=string,JSONPath=`.spec.secretNamespace`,priority=1
// +kubebuilder:printcolumn:name="Phase",type=string,JSONPath=`.status.phase`
// +kubebuilder:printcolumn:name="Expires",type=string,JSONPath=`.status.expiresAt`
// +kubebuilder:printcolumn:name="Message",type=string,JSONPath=`.status.message`,priority=1
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Notice struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	// Spec is what it is about. It never changes.
	//
	// +kubebuilder:validation:XValidation:rule="self == oldSelf",message="a Notice's spec says what it is about and cannot be changed"
	Spec NoticeSpec `json:"spec"`
	// Status is what became of it.
	//
	// +optional
	Status NoticeStatus `json:"status,omitempty"`
}

// NoticeList is a list of Notices.
//
// +kubebuilder:object:root=true
type NoticeList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Notice `json:"items"`
}

// NoticeSubject is what kind of thing a Notice is about.
//
// +kubebuilder:validation:Enum=Credential
type NoticeSubject string

// NoticeCredential is about a Secret with a credential of Kargo's.
const NoticeCredential NoticeSubject = "Credential"

// NoticeSpec is what a Notice is about.
type NoticeSpec struct {
	// About is what kind of thing.
	About NoticeSubject `json:"about"`
	// Secret is the name of the Secret with the credential, as in "github-creds".
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Secret string `json:"secret"`
	// SecretNamespace is where the Secret is, which may be another namespace than the Notice's.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=63
	SecretNamespace string `json:"secretNamespace"`
	// Type is what the credential is for, in Kargo's words; empty if that was not told.
	//
	// +kubebuilder:validation:Enum=git;image;helm;generic
	// +optional
	Type string `json:"type,omitempty"`
}

// NoticePhase is how things stand.
//
// +kubebuilder:validation:Enum=Failing;Expiring;Recovered;Rotated
type NoticePhase string

// The phases of a Notice.
const (
	// NoticeFailing: the Secret can't be brought up to date, or does not work.
	NoticeFailing NoticePhase = "Failing"
	// NoticeExpiring: the credential expires soon, or has expired.
	NoticeExpiring NoticePhase = "Expiring"
	// NoticeRecovered: what was failing is well again.
	NoticeRecovered NoticePhase = "Recovered"
	// NoticeRotated: the Secret has other values than before.
	NoticeRotated NoticePhase = "Rotated"
)

// IsTerminal reports whether nothing more happens: what comes after is another occurrence.
func (p NoticePhase) IsTerminal() bool { return p == NoticeRecovered || p == NoticeRotated }

// NoticeStatus is what became of what a Notice is about.
type NoticeStatus struct {
	// Phase is how things stand.
	//
	// +optional
	Phase NoticePhase `json:"phase,omitempty"`
	// Message is what the Event that came last says of it.
	//
	// +kubebuilder:validation:MaxLength=1024
	// +optional
	Message string `json:"message,omitempty"`
	// ExpiresAt is when the credential expires, where that is known.
	//
	// +optional
	ExpiresAt *metav1.Time `json:"expiresAt,omitempty"`
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
