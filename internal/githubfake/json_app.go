package githubfake

import "fmt"

// appJSON is an app as it appears inside what it made, and on its own.
func (g *GitHub) appJSON(a *app) object {
	return object{
		{"id", a.id},
		{"client_id", a.clientID},
		{"slug", a.slug},
		{"node_id", nodeID("Integration", a.id)},
		{"owner", g.userJSON(a.owner)},
		{"name", a.name},
		{"description", ""},
		{"external_url", g.html + "/" + a.owner.login},
		{"html_url", g.html + "/apps/" + a.slug},
		{"created_at", stamp(a.created)},
		{"updated_at", stamp(a.created)},
		{"permissions", a.permissions},
		{"events", a.subscriptions()},
	}
}

// subscriptions are the app's events, never null.
func (a *app) subscriptions() []string { return append([]string{}, a.events...) }

func (g *GitHub) appOrNull(a *app) any {
	if a == nil {
		return nil
	}
	return g.appJSON(a)
}

// installationJSON is an installation of the app.
func (g *GitHub) installationJSON(in *installation) object {
	html := fmt.Sprintf("%s/settings/installations/%d", g.html, in.id)
	if in.account.kind == "Organization" {
		html = fmt.Sprintf("%s/organizations/%s/settings/installations/%d", g.html, in.account.login, in.id)
	}
	return object{
		{"id", in.id},
		{"account", g.userJSON(in.account)},
		{"repository_selection", in.selection()},
		{"access_tokens_url", fmt.Sprintf("%s/app/installations/%d/access_tokens", g.api, in.id)},
		{"repositories_url", g.api + "/installation/repositories"},
		{"html_url", html},
		{"app_id", g.app.id},
		{"app_slug", g.app.slug},
		{"target_id", in.account.id},
		{"target_type", in.account.kind},
		{"permissions", in.permissions},
		{"events", g.app.subscriptions()},
		{"created_at", stamp(in.created)},
		{"updated_at", stamp(in.created)},
		{"single_file_name", nil},
		{"has_multiple_single_files", false},
		{"single_file_paths", []string{}},
		{"suspended_by", nil},
		{"suspended_at", stampOrNull(in.suspended)},
	}
}
