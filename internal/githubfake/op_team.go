package githubfake

import (
	"fmt"
	"net/http"
)

func listTeamMembers() *operation {
	return &operation{
		id: "teams/list-members-in-org", method: http.MethodGet, path: "/orgs/{org}/teams/{team_slug}/members",
		docs: "https://docs.github.com/rest/teams/members#list-team-members",
		as:   installed, needs: []permission{{"members", "read"}},
		handle: (*GitHub).listTeamMembers,
	}
}

// listTeamMembers leaves out those who have not accepted their invitation.
func (g *GitHub) listTeamMembers(r *request) answer {
	team := r.org.team(r.path["team_slug"])
	if team == nil {
		return notFound(r.op.docs)
	}
	role := r.http.URL.Query().Get("role")
	var shown []*account
	for _, m := range team.members {
		if m.state == "active" && (role == "" || role == "all" || role == m.role) {
			shown = append(shown, m.account)
		}
	}
	return page(g, r, shown, g.userJSON)
}

func getTeamMembership() *operation {
	return &operation{
		id: "teams/get-membership-for-user-in-org", method: http.MethodGet,
		path: "/orgs/{org}/teams/{team_slug}/memberships/{username}",
		docs: "https://docs.github.com/rest/teams/members#get-team-membership-for-a-user",
		as:   installed, needs: []permission{{"members", "read"}},
		handle: func(g *GitHub, r *request) answer {
			team := r.org.team(r.path["team_slug"])
			user, err := g.world.account(r.path["username"])
			if team == nil || err != nil {
				return notFound(r.op.docs)
			}
			for _, m := range team.members {
				if m.account == user {
					url := fmt.Sprintf("%s/organizations/%d/team/%d/memberships/%s", g.api, r.org.id, team.id, user.login)
					return ok(object{{"state", m.state}, {"role", m.role}, {"url", url}})
				}
			}
			return notFound(r.op.docs)
		},
	}
}
