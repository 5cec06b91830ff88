package slack

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"
	"k8s.io/apimachinery/pkg/util/cache"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// How long what Slack said of people and groups is taken for true, and how many people are kept.
const (
	directoryTTL  = 5 * time.Minute
	directorySize = 5_000
)

// lookUpTimeout bounds a look-up. It is shorter than what a slash command may take, so that a person
// can be told that they could not be looked up.
const lookUpTimeout = 1500 * time.Millisecond

// DirectoryOptions configure a Directory.
type DirectoryOptions struct {
	// Client calls Slack. Required.
	Client *Client
	// Teams are the IDs of the workspaces whose members may have permissions. Required.
	Teams []string
	// Groups asks for the user groups of people, which needs the scope usergroups:read.
	Groups bool
	// Log receives a warning, once, if that scope is missing. Default: slog.Default().
	Log *slog.Logger
}

// Directory looks people up in Slack. It implements access.Directory.
//
// It knows full members only. Deactivated people, bots, people of other workspaces, people who have
// not accepted their invitation, and guests (of one or several channels) are nobody: a guest is let
// into a conversation, not into the organization.
//
// What Slack says is kept for five minutes. The address is told only if Slack says that it is
// confirmed, and if the app has the scope users:read.email.
type Directory struct {
	client *Client
	teams  []string
	people *cache.LRUExpireCache
	groups *groups
	flight singleflight.Group
}

var _ access.Directory = (*Directory)(nil)

// NewDirectory returns a Directory.
func NewDirectory(o DirectoryOptions) (*Directory, error) {
	if o.Client == nil || len(o.Teams) == 0 {
		return nil, errors.New("slack: a directory needs a Client and the ID of a workspace (a team)")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	d := &Directory{
		client: o.Client,
		teams:  o.Teams,
		people: cache.NewLRUExpireCacheWithClock(directorySize, clock(o.Client.now)),
	}
	if o.Groups {
		d.groups = newGroups(o.Client, o.Log)
	}
	return d, nil
}

// clock is a function that tells the time, as the cache wants it.
type clock func() time.Time

// Now implements cache.Clock.
func (c clock) Now() time.Time { return c() }

// Profile implements access.Directory.
func (d *Directory) Profile(ctx context.Context, actor chatops.Actor) (access.Profile, error) {
	team, _, _ := strings.Cut(actor.ID, "/")
	id := userOf(actor.ID)
	if actor.Source != chatops.SourceSlack || id == "" || !slices.Contains(d.teams, team) {
		return access.Profile{}, fmt.Errorf("slack: %q is not of a workspace that is served: %w", chatops.Fit(clean(actor.ID), 80), access.ErrNobody)
	}
	known, err := d.person(ctx, team, id)
	if isCode(err, "user_not_found", "user_not_visible", "users_not_found") {
		return access.Profile{}, fmt.Errorf("%w: %w", err, access.ErrNobody)
	}
	if err != nil {
		return access.Profile{}, err
	}
	if known.nobody != "" {
		return access.Profile{}, fmt.Errorf("slack: %s is %s: %w", actor.ID, known.nobody, access.ErrNobody)
	}
	profile := access.Profile{Name: known.name, Login: id, Email: known.email}
	if d.groups != nil {
		if profile.Groups, err = d.groups.of(ctx, team, id); err != nil {
			return access.Profile{}, err
		}
	}
	return profile, nil
}

// person is what is kept of a user: a hundredth of what Slack tells.
type person struct {
	name, email string
	// nobody says why they can't be given permissions; empty if they can.
	nobody string
}

// person returns a member of a team from the cache or from Slack. Many who ask at once make one call.
func (d *Directory) person(ctx context.Context, team, id string) (person, error) {
	key := team + "/" + id
	if cached, ok := d.people.Get(key); ok {
		return cached.(person), nil
	}
	found, err, _ := d.flight.Do(key, func() (any, error) {
		if cached, ok := d.people.Get(key); ok {
			return cached, nil // another's call ended between the look above and here
		}
		// Whoever came first must not take the others along when they give up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTimeout)
		defer cancel()
		user, err := d.client.user(ctx, id)
		if err != nil {
			return nil, err
		}
		p := person{name: nameOf(user), nobody: nobody(user, team)}
		if user.IsEmailConfirmed {
			p.email = user.Profile.Email
		}
		d.people.Add(key, p, directoryTTL)
		return p, nil
	})
	if err != nil {
		return person{}, err
	}
	return found.(person), nil
}

// user asks Slack for a user.
func (c *Client) user(ctx context.Context, id string) (*slackapi.User, error) {
	var user *slackapi.User
	err := c.call(ctx, methodUserInfo, func(ctx context.Context) (err error) {
		user, err = c.api.GetUserInfoContext(ctx, id)
		if err == nil && user.ID != id {
			err = errors.New("asked for one user and got another")
		}
		return err
	})
	return user, err
}

// slackbot is Slack's own voice, which isn't marked as a bot.
const slackbot = "USLACKBOT"

// nobody says why a user can't be given permissions; "" if they can. That a user has authorized this
// app (is_app_user) is no reason: it is so of whoever installed it.
func nobody(u *slackapi.User, team string) string {
	switch {
	case u.Deleted:
		return "deactivated"
	case u.IsBot || u.IsConnectorBot || u.IsWorkflowBot || u.ID == slackbot:
		return "a bot"
	case u.IsStranger || u.TeamID != team && !slices.Contains(u.Enterprise.Teams, team):
		return "from another workspace"
	case u.IsRestricted || u.IsUltraRestricted:
		return "a guest"
	case u.IsInvitedUser:
		return "invited and has not joined yet"
	default:
		return ""
	}
}

func nameOf(u *slackapi.User) string {
	for _, name := range []string{u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name} {
		if name = chatops.Fit(cleanLine(name), nameLimit); name != "" {
			return name
		}
	}
	return u.ID
}
