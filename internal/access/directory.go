package access

import (
	"context"
	"errors"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Profile is what a surface knows of a person, as far as permissions may follow from it.
type Profile struct {
	// Name is what the person is called there.
	Name string
	// Login is the login name on GitHub, or the user's ID in Slack.
	Login string
	// Email is the confirmed address, empty if the surface doesn't tell it.
	Email string
	// Groups are the groups of the surface that the person is in.
	Groups []Group
}

// Group is a user group in Slack (Name is its handle) or a team on GitHub (Name is its slug).
type Group struct {
	// Org is the organization on GitHub, empty in Slack.
	Org  string
	Name string
}

// Directory looks people up on a surface.
type Directory interface {
	// Profile returns what is known of the actor. The error is ErrNobody (wrapped) for somebody who
	// must not be obeyed: unknown, deactivated, a bot, or from another organization.
	Profile(ctx context.Context, actor chatops.Actor) (Profile, error)
}

// ErrNobody says that an actor is not a person of this organization who can be given permissions.
var ErrNobody = errors.New("not a person that can be given permissions")
