package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Outcome is something that happened of which people may want to be told.
//
// +kubebuilder:validation:Enum=Released;Overdue;Waiting;Started;Succeeded;Failed;Aborted;RolledBack;VerificationFailed;Degraded;Recovered;CredentialRotated;CredentialFailing;CredentialRecovered;CredentialExpiring
type Outcome string

// The outcomes, in the order in which they happen, those of credentials last.
const (
	// OutcomeReleased: a version was released.
	OutcomeReleased Outcome = "Released"
	// OutcomeOverdue: Kargo has not discovered the image of a release in time.
	OutcomeOverdue Outcome = "Overdue"
	// OutcomeWaiting: a release can go to an environment, and somebody has to promote it.
	OutcomeWaiting Outcome = "Waiting"
	// OutcomeStarted: Kargo has begun to carry out a Promotion.
	OutcomeStarted Outcome = "Started"
	// OutcomeSucceeded: a Promotion has brought its Freight to where it was to go.
	OutcomeSucceeded Outcome = "Succeeded"
	// OutcomeFailed: a Promotion has failed, or could not be carried out.
	OutcomeFailed Outcome = "Failed"
	// OutcomeAborted: somebody has stopped a Promotion.
	OutcomeAborted Outcome = "Aborted"
	// OutcomeRolledBack: a Promotion has succeeded that was a rollback.
	OutcomeRolledBack Outcome = "RolledBack"
	// OutcomeVerificationFailed: what was promoted did not pass its verification.
	OutcomeVerificationFailed Outcome = "VerificationFailed"
	// OutcomeDegraded: what was promoted was well and has become unhealthy, or has never become well.
	OutcomeDegraded Outcome = "Degraded"
	// OutcomeRecovered: what was degraded is healthy again.
	OutcomeRecovered Outcome = "Recovered"
	// OutcomeCredentialRotated: the values of a Secret with a credential have changed.
	OutcomeCredentialRotated Outcome = "CredentialRotated" //nolint:gosec // no credential
	// OutcomeCredentialFailing: a Secret with a credential can't be brought up to date, or does not work.
	OutcomeCredentialFailing Outcome = "CredentialFailing" //nolint:gosec // no credential
	// OutcomeCredentialRecovered: a credential that was failing is well again.
	OutcomeCredentialRecovered Outcome = "CredentialRecovered" //nolint:gosec // no credential
	// OutcomeCredentialExpiring: a credential expires soon, or has expired.
	OutcomeCredentialExpiring Outcome = "CredentialExpiring" //nolint:gosec // no credential
)

// Outcomes are all of them.
func Outcomes() []Outcome {
	return []Outcome{
		OutcomeReleased, OutcomeOverdue, OutcomeWaiting, OutcomeStarted, OutcomeSucceeded, OutcomeFailed, OutcomeAborted,
		OutcomeRolledBack, OutcomeVerificationFailed, OutcomeDegraded, OutcomeRecovered,
		OutcomeCredentialRotated, OutcomeCredentialFailing, OutcomeCredentialRecovered, OutcomeCredentialExpiring,
	}
}

// IsBad reports whether somebody has to look at it.
func (o Outcome) IsBad() bool {
	switch o {
	case OutcomeOverdue, OutcomeFailed, OutcomeVerificationFailed, OutcomeDegraded, OutcomeCredentialFailing, OutcomeCredentialExpiring:
		return true
	default:
		return false
	}
}

// IsRelief reports whether it says that what somebody had to look at is well again.
func (o Outcome) IsRelief() bool { return o == OutcomeRecovered || o == OutcomeCredentialRecovered }

// OfCredential reports whether it is about a credential, and not about a service.
func (o Outcome) OfCredential() bool {
	switch o {
	case OutcomeCredentialRotated, OutcomeCredentialFailing, OutcomeCredentialRecovered, OutcomeCredentialExpiring:
		return true
	default:
		return false
	}
}

// Happening is an outcome, and when it came. The happenings of an object are only ever added to: what people
// were told stays true.
type Happening struct {
	// Outcome is what happened.
	Outcome Outcome `json:"outcome"`
	// Environment is where, if that is not said by the object itself.
	//
	// +kubebuilder:validation:MaxLength=253
	// +optional
	Environment string `json:"environment,omitempty"`
	// Message is what there is to say of it, as what Kargo says of a failure.
	//
	// +kubebuilder:validation:MaxLength=2048
	// +optional
	Message string `json:"message,omitempty"`
	// At is when it happened.
	At metav1.Time `json:"at"`
}
