package chatops

// Source is a surface that a person speaks from.
type Source string

// The surfaces.
const (
	SourceSlack    Source = "slack"
	SourceGitHub   Source = "github"
	SourceTerminal Source = "terminal"
)

// Actor is a person on one surface, known there by an identity that the surface vouches for.
type Actor struct {
	Source Source
	// ID is what tells this person from all others on that surface: "T01/U42" (team and user) in
	// Slack, the login on GitHub. Never a display name, which anybody can choose.
	ID string
	// Name is what the person is called there. It is shown, and nothing is decided by it.
	Name string
}
