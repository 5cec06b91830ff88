package credentials

import "time"

// Request is what one pass is to do.
type Request struct {
	// Only these Secrets are looked at; all if empty.
	Only []SecretName `json:"only,omitempty"`
	// Skip has sources that are not asked now, as they failed not long ago, with what was said of them then.
	Skip map[string]string `json:"skip,omitempty"`
	// Contested are Secrets that somebody else changes as often as they are put right: they are left alone.
	Contested []SecretName `json:"contested,omitempty"`
	// Probe says that what has not changed is tried at the other end, too.
	Probe bool `json:"probe,omitempty"`
	// Adopt takes over what others have made.
	Adopt bool `json:"adopt,omitempty"`
	// Prune deletes what is no longer declared, whatever the declaration says.
	Prune bool `json:"prune,omitempty"`
	// DryRun changes nothing.
	DryRun bool `json:"dryRun,omitempty"`
	// Declaration is the content of the declaration's file, in place of what is in it by now: whoever asks for the
	// pass has found it valid, and no pass sees a file that is half written. Empty to read the file.
	Declaration []byte `json:"declaration,omitempty"`
}

// SecretName is the namespace and name of a Secret.
type SecretName struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String returns it as "microsvcs/github-creds".
func (n SecretName) String() string { return n.Namespace + "/" + n.Name }

// State is what a pass has made of a Secret, or would.
type State string

// The states.
const (
	StateUnchanged State = "unchanged"
	StateAdded     State = "added"
	// StateChanged: the store or the declaration has other content than before.
	StateChanged State = "changed"
	// StateRestored: somebody had changed or deleted it.
	StateRestored State = "restored"
	// StateOrphaned: it was made by this declaration and is no longer in it.
	StateOrphaned State = "orphaned"
	// StatePruned: it was orphaned and is deleted.
	StatePruned State = "pruned"
	// StateFailed: a reference could not be read, or what it leads to is not usable. What was there is left.
	StateFailed State = "failed"
	// StateConflict: it is somebody else's, or somebody else's too.
	StateConflict State = "conflict"
)

// Report is what became of a pass. It has no values.
type Report struct {
	Secrets []Outcome `json:"secrets"`
	Sources []Source  `json:"sources"`
	// Warnings are about the declaration as a whole, for people.
	Warnings []string `json:"warnings,omitempty"`
	// Writes is how many requests have changed something in Kubernetes, the inventory and Events aside.
	Writes int `json:"writes"`
	// Problem is why the pass could not be done at all, for people; empty if it was.
	Problem string `json:"problem,omitempty"`
}

// Outcome is what became of one Secret.
type Outcome struct {
	SecretName

	Type  Type  `json:"type,omitempty"`
	State State `json:"state"`
	// Added, Changed and Removed are keys of the Secret. MetadataChanged says that a label or annotation differs.
	Added           []string `json:"added,omitempty"`
	Changed         []string `json:"changed,omitempty"`
	Removed         []string `json:"removed,omitempty"`
	MetadataChanged bool     `json:"metadataChanged,omitempty"`
	// Message says what is wrong and how it is put right, for people.
	Message string `json:"message,omitempty"`
	// ResourceVersion of the Secret as the pass has left it; empty if there is none. A watch tells by it that a change
	// is the pass's own.
	ResourceVersion string `json:"resourceVersion,omitempty"`
	// Reference is the one that failed.
	Reference string `json:"reference,omitempty"`
	// RotatedAt is when the values last changed, as far as is known.
	RotatedAt *time.Time `json:"rotatedAt,omitempty"`
	// ExpiresAt is when a token expires, where its host tells.
	ExpiresAt *time.Time `json:"expiresAt,omitempty"`
	// FailingSince is since when it has been failing.
	FailingSince *time.Time `json:"failingSince,omitempty"`
	// Probe is what was found at the other end: "", "works", "refused" or "unreachable".
	Probe string `json:"probe,omitempty"`
}

// Source is how one source answered.
type Source struct {
	// Name tells it from others, without anything secret: "vault vault.acme.dev:8200".
	Name    string `json:"name"`
	Backend string `json:"backend"`
	// Reads is of how many documents it was asked.
	Reads int `json:"reads"`
	// Seconds that it took.
	Seconds float64 `json:"seconds"`
	// Message is what went wrong with the source as a whole, for people; empty if nothing did. What is wrong with
	// one document is no reason not to ask for others.
	Message string `json:"message,omitempty"`
}
