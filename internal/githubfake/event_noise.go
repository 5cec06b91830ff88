package githubfake

import "cmp"

func (g *GitHub) pingEvent() *event {
	hook := object{
		{"type", "App"},
		{"id", hookID},
		{"name", "web"},
		{"active", true},
		{"app_id", g.app.id},
		{"events", g.app.subscriptions()},
		{"config", object{{"content_type", "json"}, {"insecure_ssl", "0"}, {"url", g.webhooks.current().URL}}},
		{"updated_at", stamp(g.app.created)},
		{"created_at", stamp(g.app.created)},
		{"deliveries_url", g.api + "/app/hook/deliveries"},
	}
	return newEvent("ping", "", 0, 0, object{
		{"zen", "Design for failure."},
		{"hook_id", hookID},
		{"hook", hook},
	})
}

// noCommit is the commit id for "none".
const noCommit = "0000000000000000000000000000000000000000"

// pushEvent tells of a moved ref. It has no commits: they need not exist.
func (g *GitHub) pushEvent(repo *repository, by *account, push PushEvent) *event {
	return g.pushEventWith(repo, by, push, func(object) {})
}

// pushEventWith is pushEvent with something added to its payload.
func (g *GitHub) pushEventWith(repo *repository, by *account, push PushEvent, add func(payload object)) *event {
	before, after := cmp.Or(push.Before, noCommit), cmp.Or(push.After, noCommit)
	return g.about(repo, "push", "", func(in *installation) object {
		payload := object{
			{"ref", push.Ref},
			{"before", before},
			{"after", after},
			{"created", push.Before == ""},
			{"deleted", push.After == ""},
			{"forced", false},
			{"base_ref", nil},
			{"compare", g.compareHTML(repo, before, after)},
			{"commits", []object{}},
			{"head_commit", nil},
			{"pusher", g.pusherJSON(by)},
		}.with(g.contextJSON(repo, by, in)...)
		payload.set("repository", g.pushedJSON(repo))
		add(payload)
		return payload
	})
}

func (g *GitHub) pusherJSON(by *account) object {
	return object{{"name", by.login}, {"email", by.address()}}
}

// pushedJSON is a repository as pushes tell of it: some times are numbers, and the owner
// has a name and an email address.
func (g *GitHub) pushedJSON(repo *repository) object {
	rendered := g.repositoryJSON(repo).with(
		field{"stargazers", 0},
		field{"master_branch", repo.branch},
	)
	rendered.set("created_at", repo.created.Unix())
	rendered.set("pushed_at", repo.created.Unix())
	rendered.set("owner", g.pusherJSON(repo.owner).with(g.userJSON(repo.owner)...))
	return rendered
}

// pullEvent tells of a pull request; more is what comes with the action.
func (g *GitHub) pullEvent(action string, i *issue, by *account, more ...field) *event {
	return g.about(i.repo, "pull_request", action, func(in *installation) object {
		return object{
			{"action", action},
			{"number", i.number},
			{"pull_request", g.pullJSON(i)},
		}.with(more...).with(g.contextJSON(i.repo, by, in)...)
	})
}

// installationEvent tells of an installation. No subscription is needed.
func (g *GitHub) installationEvent(action string, in *installation, by *account) *event {
	brief := func(r *repository) object {
		return object{
			{"id", r.id},
			{"node_id", nodeID("Repository", r.id)},
			{"name", r.name},
			{"full_name", r.fullName()},
			{"private", r.private},
		}
	}
	return newEvent("installation", action, in.id, 0, object{
		{"action", action},
		{"installation", g.installationJSON(in)},
		{"repositories", list(g.world.reposOf(in), brief)},
		{"sender", g.userJSON(by)},
	})
}
