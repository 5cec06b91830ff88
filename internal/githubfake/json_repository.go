package githubfake

// repositoryJSON is a repository, with GitHub's many addresses.
func (g *GitHub) repositoryJSON(r *repository) object {
	url, html := g.repoURL(r), g.html+"/"+r.fullName()
	visibility := "public"
	if r.private {
		visibility = "private"
	}
	open := 0
	for _, issue := range r.issues {
		if issue.closed.IsZero() {
			open++
		}
	}
	return object{
		{"id", r.id},
		{"node_id", nodeID("Repository", r.id)},
		{"name", r.name},
		{"full_name", r.fullName()},
		{"private", r.private},
		{"owner", g.userJSON(r.owner)},
		{"html_url", html},
		{"description", nil},
		{"fork", false},
		{"url", url},
	}.with(repositoryAddresses(url)...).with(object{
		{"created_at", stamp(r.created)},
		{"updated_at", stamp(r.created)},
		{"pushed_at", stamp(r.created)},
		{"git_url", "git" + afterScheme(html) + ".git"},
		{"ssh_url", "git@github.com:" + r.fullName() + ".git"},
		{"clone_url", html + ".git"},
		{"svn_url", html},
		{"homepage", nil},
		{"size", 0},
		{"stargazers_count", 0},
		{"watchers_count", 0},
		{"language", nil},
		{"has_issues", true},
		{"has_projects", true},
		{"has_downloads", true},
		{"has_wiki", true},
		{"has_pages", false},
		{"forks_count", 0},
		{"mirror_url", nil},
		{"archived", false},
		{"disabled", false},
		{"open_issues_count", open},
		{"license", nil},
		{"is_template", false},
		{"topics", []string{}},
		{"visibility", visibility},
		{"forks", 0},
		{"open_issues", open},
		{"watchers", 0},
		{"default_branch", r.branch},
	}...)
}

// repositoryAddresses are those of everything under a repository at url.
func repositoryAddresses(url string) object {
	return object{
		{"forks_url", url + "/forks"},
		{"keys_url", url + "/keys{/key_id}"},
		{"collaborators_url", url + "/collaborators{/collaborator}"},
		{"teams_url", url + "/teams"},
		{"hooks_url", url + "/hooks"},
		{"issue_events_url", url + "/issues/events{/number}"},
		{"events_url", url + "/events"},
		{"assignees_url", url + "/assignees{/user}"},
		{"branches_url", url + "/branches{/branch}"},
		{"tags_url", url + "/tags"},
		{"blobs_url", url + "/git/blobs{/sha}"},
		{"git_tags_url", url + "/git/tags{/sha}"},
		{"git_refs_url", url + "/git/refs{/sha}"},
		{"trees_url", url + "/git/trees{/sha}"},
		{"statuses_url", url + "/statuses/{sha}"},
		{"languages_url", url + "/languages"},
		{"stargazers_url", url + "/stargazers"},
		{"contributors_url", url + "/contributors"},
		{"subscribers_url", url + "/subscribers"},
		{"subscription_url", url + "/subscription"},
		{"commits_url", url + "/commits{/sha}"},
		{"git_commits_url", url + "/git/commits{/sha}"},
		{"comments_url", url + "/comments{/number}"},
		{"issue_comment_url", url + "/issues/comments{/number}"},
		{"contents_url", url + "/contents/{+path}"},
		{"compare_url", url + "/compare/{base}...{head}"},
		{"merges_url", url + "/merges"},
		{"archive_url", url + "/{archive_format}{/ref}"},
		{"downloads_url", url + "/downloads"},
		{"issues_url", url + "/issues{/number}"},
		{"pulls_url", url + "/pulls{/number}"},
		{"milestones_url", url + "/milestones{/number}"},
		{"notifications_url", url + "/notifications{?since,all,participating}"},
		{"labels_url", url + "/labels{/name}"},
		{"releases_url", url + "/releases{/id}"},
		{"deployments_url", url + "/deployments"},
	}
}

func (g *GitHub) repoURL(r *repository) string { return g.api + "/repos/" + r.fullName() }

// afterScheme returns an address from its "://" on.
func afterScheme(address string) string {
	for i := range address {
		if address[i] == ':' {
			return address[i:]
		}
	}
	return address
}
