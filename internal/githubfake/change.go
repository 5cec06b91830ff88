package githubfake

import (
	"fmt"
	"slices"
	"time"
)

// OpenIssue adds an issue and returns its number. The app is not told.
func (g *GitHub) OpenIssue(repo string, seed Issue) (int, error) {
	number := 0
	err := g.change(func() error {
		found, err := g.world.repo(repo)
		if err != nil {
			return err
		}
		added, err := g.world.addIssue(found, seed)
		if err != nil {
			return err
		}
		number = added.number
		return nil
	})
	return number, err
}

// OpenPullRequest adds a pull request and returns its number. The app is not told: see
// [GitHub.TellPullRequest].
func (g *GitHub) OpenPullRequest(repo string, seed PullRequest) (int, error) {
	number := 0
	err := g.change(func() error {
		found, err := g.world.repo(repo)
		if err != nil {
			return err
		}
		added, err := g.world.addPullRequest(found, seed)
		if err != nil {
			return err
		}
		number = added.number
		return nil
	})
	return number, err
}

// Lock locks or unlocks the conversation of an issue or a pull request.
func (g *GitHub) Lock(repo string, number int, locked bool) error {
	return g.change(func() error {
		issue, err := g.world.issue(repo, number)
		if err != nil {
			return err
		}
		issue.locked = locked
		return nil
	})
}

// SetTeam replaces the members of a team, or adds the team.
func (g *GitHub) SetTeam(org string, seed Team) error {
	return g.change(func() error {
		account, err := g.world.account(org)
		if err != nil {
			return err
		}
		if account.kind != "Organization" {
			return fmt.Errorf("%s is no organization", org)
		}
		if old := account.team(seed.Slug); old != nil {
			seed.ID = old.id
			account.teams = slices.DeleteFunc(account.teams, func(t *team) bool { return t == old })
		}
		return g.world.addTeam(account, seed)
	})
}

// Suspend suspends an installation, or takes it up again. The app is not told: see
// [GitHub.TellInstallation].
func (g *GitHub) Suspend(installation int64, suspended bool) error {
	return g.change(func() error {
		in := g.world.installation(installation)
		if in == nil {
			return fmt.Errorf("no installation %d", installation)
		}
		in.suspended = time.Time{}
		if suspended {
			in.suspended = g.world.moment()
		}
		return nil
	})
}
