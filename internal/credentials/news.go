package credentials

// Events tell in Kubernetes what becomes of a credential: secretsync writes them, the bot tells people.
const (
	// Component is the reportingComponent of the Events.
	Component = "kargo-secretsync"

	// ReasonRotated: the values have changed.
	ReasonRotated = "CredentialRotated"
	// ReasonFailing: the Secret can't be brought up to date, or does not work.
	ReasonFailing = "CredentialFailing"
	// ReasonRecovered: what was failing is well again.
	ReasonRecovered = "CredentialRecovered"
	// ReasonExpiring: a token expires soon, or has expired.
	ReasonExpiring = "CredentialExpiring"

	// AnnotationOccurrence groups Events that are about the same trouble: what failed and has recovered, what was to
	// expire and was rotated. It is a DNS label, and unique in the namespace.
	AnnotationOccurrence = "kargobot.dev/occurrence"
	// AnnotationAt is when it happened, in RFC 3339.
	AnnotationAt = "kargobot.dev/at"
	// AnnotationSecret is the name of the Secret, and AnnotationSecretNamespace its namespace where that is another
	// than the Event's.
	AnnotationSecret          = "kargobot.dev/secret"           //nolint:gosec // no credential
	AnnotationSecretNamespace = "kargobot.dev/secret-namespace" //nolint:gosec // no credential
	// AnnotationType is the Type of the credential; it may be left out.
	AnnotationType = "kargobot.dev/type"
	// AnnotationExpires is when a token expires, in RFC 3339.
	AnnotationExpires = "kargobot.dev/expires"
)
