package githubfake

// commentEvent is what GitHub tells the app about a comment: created, edited or
// deleted. before is the text until an edit. It is nil if the app does not get it.
// GitHub.mu is held.
func (g *GitHub) commentEvent(action string, c *comment, sender *account, before *string) *event {
	repo := c.issue.repo
	return g.about(repo, "issue_comment", action, func(in *installation) object {
		payload := object{{"action", action}}
		if before != nil {
			payload = payload.with(field{"changes", object{{"body", object{{"from", *before}}}}})
		}
		return payload.with(
			field{"issue", g.issueJSON(c.issue)},
			field{"comment", g.commentJSON(c)},
		).with(g.contextJSON(repo, sender, in)...)
	})
}

// contextJSON is what every event about a repository ends with.
func (g *GitHub) contextJSON(repo *repository, sender *account, in *installation) object {
	ending := object{{"repository", g.repositoryJSON(repo)}}
	if repo.owner.kind == "Organization" {
		ending = ending.with(field{"organization", g.organizationJSON(repo.owner)})
	}
	return ending.with(
		field{"sender", g.userJSON(sender)},
		field{"installation", object{
			{"id", in.id},
			{"node_id", nodeID("IntegrationInstallation", in.id)},
		}},
	)
}
