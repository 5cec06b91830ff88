package github

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/singleflight"
	"k8s.io/apimachinery/pkg/util/cache"

	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// remembered is for how long an answer about a team is believed: so long may somebody who left
	// a team still be taken for a member.
	remembered = 5 * time.Minute
	// maxRemembered bounds the answers that are kept.
	maxRemembered = 10_000
	// lookupsAtOnce bounds the teams that one person is looked up in at the same time.
	lookupsAtOnce = 4
)

// DirectoryOptions says what to look people up in.
type DirectoryOptions struct {
	Client *Client
	// Teams are the teams that matter, as "org/slug". The App must be installed in the organization,
	// with the permission to read members. Default: none, and then nothing is looked up.
	Teams []string
	// FailOnError makes a lookup that fails an error. Otherwise the person is taken not to be in that
	// team, which is logged.
	FailOnError bool
	// Logger is for lookups that fail. Default: nothing is logged.
	Logger *slog.Logger
	// Now is the clock by which answers grow old. Default: time.Now.
	Now func() time.Time
}

// Directory looks people up on GitHub. It implements access.Directory.
type Directory struct {
	client      *Client
	teams       []access.Group
	failOnError bool
	log         *slog.Logger
	known       *cache.LRUExpireCache // membership -> bool, organization -> installation
	flights     singleflight.Group
}

var _ access.Directory = (*Directory)(nil)

// membership is the question whether somebody is in a team.
type membership struct {
	team access.Group
	// login in lower case: GitHub does not tell cases apart.
	login string
}

// organization is the question which installation is that of an organization.
type organization string

// clock is a cache's clock.
type clock func() time.Time

// Now implements cache.Clock.
func (c clock) Now() time.Time { return c() }

// teamPattern is what "org/slug" may look like. These words go into URLs.
var teamPattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([a-z0-9][a-z0-9_.-]{0,254})$`)

// NewDirectory returns a directory. The error names the team that is no team.
func NewDirectory(o DirectoryOptions) (*Directory, error) {
	if o.Client == nil {
		return nil, errors.New("the directory of GitHub needs a client")
	}
	d := &Directory{client: o.Client, failOnError: o.FailOnError, log: logger(o.Logger)}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	d.known = cache.NewLRUExpireCacheWithClock(maxRemembered, clock(now))
	for _, team := range o.Teams {
		names := teamPattern.FindStringSubmatch(team)
		if names == nil {
			return nil, fmt.Errorf("%q is not a team on GitHub: write \"organization/team-slug\"", team)
		}
		d.teams = append(d.teams, access.Group{Org: names[1], Name: names[2]})
	}
	return d, nil
}

// Profile implements access.Directory. The actor is one that an intake of this package vouches for:
// that it is a person, GitHub has signed.
func (d *Directory) Profile(ctx context.Context, actor chatops.Actor) (access.Profile, error) {
	// A bot's login ends in "[bot]" and so does not fit the pattern.
	if actor.Source != chatops.SourceGitHub || !loginPattern.MatchString(actor.ID) {
		return access.Profile{}, fmt.Errorf("%q on %s: %w", oneLine(actor.ID, 100), actor.Source, access.ErrNobody)
	}
	profile := access.Profile{Login: actor.ID, Name: actor.Name}
	if profile.Name == "" {
		profile.Name = actor.ID
	}
	isMember := make([]bool, len(d.teams))
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(lookupsAtOnce)
	for i, team := range d.teams {
		group.Go(func() error {
			var err error
			isMember[i], err = d.isMember(groupCtx, team, actor.ID)
			if err == nil || d.failOnError {
				return err
			}
			d.log.WarnContext(ctx, "team on GitHub can't be looked at: nobody counts as a member",
				"org", team.Org, "team", team.Name, "error", err)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return access.Profile{}, err
	}
	for i, team := range d.teams {
		if isMember[i] {
			profile.Groups = append(profile.Groups, team)
		}
	}
	return profile, nil
}

// isMember reports whether a person has accepted to be in a team.
func (d *Directory) isMember(ctx context.Context, team access.Group, login string) (bool, error) {
	question := membership{team: team, login: strings.ToLower(login)}
	return lookUp(ctx, d, question, func(ctx context.Context) (bool, error) {
		installation, err := d.installation(ctx, team.Org)
		if err != nil {
			return false, err
		}
		var found *gh.Membership
		err = d.client.asInstallation(ctx, installation, func(ctx context.Context, client *gh.Client) error {
			var err error
			found, _, err = client.Teams.GetTeamMembershipBySlug(ctx, team.Org, team.Name, login)
			return err
		})
		if hasStatus(err, http.StatusNotFound) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("team %s/%s: %w", team.Org, team.Name, err)
		}
		return found.GetState() == "active", nil
	})
}

// installation returns the ID of the App's installation in an organization.
func (d *Directory) installation(ctx context.Context, org string) (int64, error) {
	return lookUp(ctx, d, organization(strings.ToLower(org)), func(ctx context.Context) (int64, error) {
		var found *gh.Installation
		err := d.client.asApp(ctx, func(ctx context.Context, client *gh.Client) error {
			var err error
			found, _, err = client.Apps.FindOrganizationInstallation(ctx, org)
			return err
		})
		if hasStatus(err, http.StatusNotFound) {
			return 0, fmt.Errorf("the GitHub App is not installed in the organization %s: %w", org, err)
		}
		if err != nil {
			return 0, fmt.Errorf("installation in %s: %w", org, err)
		}
		return found.GetID(), nil
	})
}

// lookUp answers a question from memory, or by asking once for all who want to know. Errors are not
// remembered.
func lookUp[K comparable, V any](ctx context.Context, d *Directory, question K, ask func(context.Context) (V, error)) (V, error) {
	var none V
	if answer, ok := d.known.Get(question); ok {
		return answer.(V), nil
	}
	flight := d.flights.DoChan(fmt.Sprintf("%T %v", question, question), func() (any, error) {
		// Whoever asked first may give up; the others still want to know.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*callTimeout)
		defer cancel()
		if answer, ok := d.known.Get(question); ok {
			return answer, nil // another flight landed since the memory was looked at
		}
		answer, err := ask(ctx)
		if err == nil {
			d.known.Add(question, answer, remembered)
		}
		return answer, err
	})
	select {
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case landed := <-flight:
		if landed.Err != nil {
			return none, landed.Err
		}
		return landed.Val.(V), nil
	}
}
