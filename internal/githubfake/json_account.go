package githubfake

import (
	"fmt"
	"net/url"
)

// userJSON is an account as it appears inside other things.
func (g *GitHub) userJSON(a *account) object {
	// A bot's login has brackets, which an address can't have.
	address, html := g.api+"/users/"+url.PathEscape(a.login), g.html+"/"+a.login
	if a.app != nil {
		html = g.html + "/apps/" + a.app.slug
	}
	return object{
		{"login", a.login},
		{"id", a.id},
		{"node_id", nodeID(a.kind, a.id)},
		{"avatar_url", fmt.Sprintf("%s/avatars/u/%d?v=4", g.html, a.id)},
		{"gravatar_id", ""},
		{"url", address},
		{"html_url", html},
		{"followers_url", address + "/followers"},
		{"following_url", address + "/following{/other_user}"},
		{"gists_url", address + "/gists{/gist_id}"},
		{"starred_url", address + "/starred{/owner}{/repo}"},
		{"subscriptions_url", address + "/subscriptions"},
		{"organizations_url", address + "/orgs"},
		{"repos_url", address + "/repos"},
		{"events_url", address + "/events{/privacy}"},
		{"received_events_url", address + "/received_events"},
		{"type", a.kind},
		{"site_admin", false},
	}
}

// profileJSON is an account on its own.
func (g *GitHub) profileJSON(a *account) object {
	return g.userJSON(a).with(
		field{"user_view_type", "public"},
		field{"name", textOrNull(a.name)},
		field{"company", nil},
		field{"blog", ""},
		field{"location", nil},
		field{"email", textOrNull(a.email)},
		field{"hireable", nil},
		field{"bio", nil},
		field{"twitter_username", nil},
		field{"public_repos", 0},
		field{"public_gists", 0},
		field{"followers", 0},
		field{"following", 0},
		field{"created_at", stamp(a.created)},
		field{"updated_at", stamp(a.created)},
	)
}

// organizationJSON is an organization as webhooks name it.
func (g *GitHub) organizationJSON(a *account) object {
	address := g.api + "/orgs/" + a.login
	return object{
		{"login", a.login},
		{"id", a.id},
		{"node_id", nodeID("Organization", a.id)},
		{"url", address},
		{"repos_url", address + "/repos"},
		{"events_url", address + "/events"},
		{"hooks_url", address + "/hooks"},
		{"issues_url", address + "/issues"},
		{"members_url", address + "/members{/member}"},
		{"public_members_url", address + "/public_members{/member}"},
		{"avatar_url", fmt.Sprintf("%s/avatars/u/%d?v=4", g.html, a.id)},
		{"description", a.name},
	}
}
