package githubfake

import "fmt"

func (w *world) addOrg(seed Org) error {
	org, err := w.addAccount(seed.ID, seed.Login, "Organization")
	if err != nil {
		return err
	}
	org.name, org.members = seed.Name, map[int64]bool{}
	for _, login := range seed.Members {
		member, err := w.account(login)
		if err != nil {
			return fmt.Errorf("organization %s: %w", seed.Login, err)
		}
		org.members[member.id] = true
	}
	for _, team := range seed.Teams {
		if err := w.addTeam(org, team); err != nil {
			return fmt.Errorf("organization %s, team %s: %w", seed.Login, team.Slug, err)
		}
	}
	return nil
}

func (w *world) addTeam(org *account, seed Team) error {
	added := &team{id: w.id(seed.ID), slug: seed.Slug, name: seed.Name}
	if added.name == "" {
		added.name = seed.Slug
	}
	for _, group := range []struct {
		logins      []string
		role, state string
	}{
		{seed.Members, "member", "active"},
		{seed.Maintainers, "maintainer", "active"},
		{seed.Invited, "member", "pending"},
	} {
		for _, login := range group.logins {
			member, err := w.account(login)
			if err != nil {
				return err
			}
			added.members = append(added.members, membership{account: member, role: group.role, state: group.state})
			if group.state == "active" {
				org.members[member.id] = true
			}
		}
	}
	org.teams = append(org.teams, added)
	return nil
}

func (o *account) team(slug string) *team {
	for _, candidate := range o.teams {
		if candidate.slug == slug {
			return candidate
		}
	}
	return nil
}
