// Package probe tries credentials where they are used: at a registry, a Git host, a chart repository. It must never
// show a credential, or send one anywhere but to the host that it is for.
package probe

import "time"

// Verdict is what was found at the other end.
type Verdict string

// The verdicts.
const (
	// Unknown: the credential says of no host that could be asked, or is of a kind that can't be tried.
	Unknown Verdict = ""
	// Works: the host has taken it.
	Works Verdict = "works"
	// Refused: the host has said that it is not valid, or not for this repository.
	Refused Verdict = "refused"
	// Unreachable: the host did not say anything to that.
	Unreachable Verdict = "unreachable"
)

// Finding is the result of trying a credential.
type Finding struct {
	Verdict Verdict
	// Message is for people: which host said what, never in its own words.
	Message string
	// ExpiresAt is when the credential expires, if the host tells.
	ExpiresAt *time.Time
}
