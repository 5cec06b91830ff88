package slack

import (
	"context"
	"log/slog"
	"sync"
	"time"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/sync/singleflight"

	"github.com/davidaparicio/kargo-bot/internal/access"
)

// groups knows which user groups people are in. Slack tells that only for all groups at once, so
// they are read together and kept.
type groups struct {
	client *Client
	log    *slog.Logger
	flight singleflight.Group
	warn   sync.Once

	mu     sync.Mutex
	byTeam map[string]membership
}

// membership is who is in which groups of a workspace.
type membership struct {
	groups map[string][]access.Group // by user ID
	until  time.Time
}

func newGroups(client *Client, log *slog.Logger) *groups {
	return &groups{client: client, log: log, byTeam: map[string]membership{}}
}

// of returns the groups of a user. If the app may not read groups, people have none.
func (g *groups) of(ctx context.Context, team, user string) ([]access.Group, error) {
	if known, ok := g.known(team); ok {
		return known.groups[user], nil
	}
	read, err, _ := g.flight.Do(team, func() (any, error) {
		if known, ok := g.known(team); ok {
			return known, nil // another's call ended between the look above and here
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookUpTimeout)
		defer cancel()
		fresh, err := g.read(ctx, team)
		if err != nil {
			return nil, err
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		g.byTeam[team] = fresh
		return fresh, nil
	})
	if err != nil {
		return nil, err
	}
	return read.(membership).groups[user], nil
}

// known returns what was read of a team, if that is not too old.
func (g *groups) known(team string) (membership, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	known, ok := g.byTeam[team]
	return known, ok && g.client.now().Before(known.until)
}

func (g *groups) read(ctx context.Context, team string) (membership, error) {
	fresh := membership{groups: map[string][]access.Group{}, until: g.client.now().Add(directoryTTL)}
	var list []slackapi.UserGroup
	err := g.client.call(ctx, methodUserGroups, func(ctx context.Context) (err error) {
		list, err = g.client.api.GetUserGroupsContext(ctx, slackapi.GetUserGroupsOptionIncludeUsers(true))
		return err
	})
	if isCode(err, "missing_scope") {
		g.warn.Do(func() {
			g.log.Warn("slack user groups can't be read, so nobody is in any; add the scope and install the app again",
				"scope", "usergroups:read")
		})
		return fresh, nil
	}
	if err != nil {
		return membership{}, err
	}
	for _, group := range list {
		// A group that another organization shares is theirs to fill, and must not give permissions.
		if group.IsExternal || group.DateDelete != 0 || group.Handle == "" || group.TeamID != "" && group.TeamID != team {
			continue
		}
		for _, user := range group.Users {
			fresh.groups[user] = append(fresh.groups[user], access.Group{Name: group.Handle})
		}
	}
	return fresh, nil
}
