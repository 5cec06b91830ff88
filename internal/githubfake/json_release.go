package githubfake

import "fmt"

func (g *GitHub) releaseJSON(r *release) object {
	url := fmt.Sprintf("%s/releases/%d", g.repoURL(r.repo), r.id)
	tag := escapedPath(r.tag)
	rendered := object{
		{"url", url},
		{"assets_url", url + "/assets"},
		{"upload_url", url + "/assets{?name,label}"},
		{"html_url", g.releaseHTML(r)},
		{"id", r.id},
		{"author", g.userJSON(r.author)},
		{"node_id", nodeID("Release", r.id)},
		{"tag_name", r.tag},
		{"target_commitish", r.target},
		{"name", textOrNull(r.name)},
		{"draft", r.draft},
		{"prerelease", r.prerelease},
		{"created_at", stamp(r.created)},
		{"published_at", stampOrNull(r.published)},
		{"assets", []object{}},
		{"tarball_url", nil},
		{"zipball_url", nil},
		{"body", textOrNull(r.notes)},
	}
	if !r.draft {
		rendered.set("tarball_url", g.repoURL(r.repo)+"/tarball/"+tag)
		rendered.set("zipball_url", g.repoURL(r.repo)+"/zipball/"+tag)
	}
	return rendered
}

// releaseHTML is where people see it. A draft's tag does not count yet.
func (g *GitHub) releaseHTML(r *release) string {
	html := g.html + "/" + r.repo.fullName() + "/releases/tag/"
	if r.draft {
		return fmt.Sprintf("%suntagged-%d", html, r.id)
	}
	return html + escapedPath(r.tag)
}
