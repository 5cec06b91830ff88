package credentials

// What Kargo, and who looks after it, know Secrets with credentials by.
const (
	// LabelType has the Type.
	LabelType = "kargo.akuity.io/cred-type"
	// LabelProject marks the namespace of a Kargo Project.
	LabelProject = "kargo.akuity.io/project"
	// AnnotationPattern is read by no version of Kargo. The deployment guide looks for it.
	AnnotationPattern = "kargo.akuity.io/repo-url-pattern"
	// AnnotationTokenScope restricts which Projects may use a GitHub App for what: JSON, names of repositories by
	// Project.
	AnnotationTokenScope = "kargo.akuity.io/github-token-scopes" //nolint:gosec // no credential

	// LabelManagedBy and LabelOwner mark what secretsync has made.
	LabelManagedBy = "app.kubernetes.io/managed-by"
	LabelOwner     = "kargobot.dev/secretsync"
	// AnnotationDeclaredIn is the namespace of the declaration that has made the Secret: it tells two with the same owner
	// apart.
	AnnotationDeclaredIn = "kargobot.dev/declared-in"
	// AnnotationRotated is when the values last changed, in RFC 3339.
	AnnotationRotated = "kargobot.dev/rotated-at"

	// Manager is the name under which Secrets are written, and the value of LabelManagedBy.
	Manager = "kargo-secretsync"
)

// Keys of a Secret with credentials, as Kargo 1.11 and 1.12 read them (pkg/credentials).
const (
	KeyRepoURL         = "repoURL"
	KeyRepoURLIsRegex  = "repoURLIsRegex"
	KeyUsername        = "username"
	KeyPassword        = "password"
	KeyAppID           = "githubAppID"
	KeyAppClientID     = "githubAppClientID"
	KeyAppInstallation = "githubAppInstallationID"
	KeyAppPrivateKey   = "githubAppPrivateKey"
	KeySSHPrivateKey   = "sshPrivateKey"
	KeyAWSRegion       = "awsRegion"
	KeyAWSAccessKeyID  = "awsAccessKeyID"
	KeyAWSSecretKey    = "awsSecretAccessKey"
	// KeyGCPServiceAccount has base64 of the JSON, as a value that is encoded once more by Kubernetes.
	KeyGCPServiceAccount = "gcpServiceAccountKey"
)
