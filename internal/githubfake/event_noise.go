package githubfake

import (
	"cmp"
	"fmt"
)

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

// pushEvent tells of a moved ref. Its commits are left out: GitHub sends them too, 2,048
// at most, and nobody may rely on that.
func (g *GitHub) pushEvent(repo *repository, by *account, push PushEvent) *event {
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
			{"compare", fmt.Sprintf("%s/%s/compare/%.12s...%.12s", g.html, repo.fullName(), before, after)},
			{"commits", []object{}},
			{"head_commit", nil},
			{"pusher", g.pusherJSON(by)},
		}.with(g.contextJSON(repo, by, in)...)
		payload.set("repository", g.pushedJSON(repo))
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

func (g *GitHub) pullEvent(action string, i *issue, by *account) *event {
	return g.about(i.repo, "pull_request", action, func(in *installation) object {
		return object{
			{"action", action},
			{"number", i.number},
			{"pull_request", g.pullJSON(i)},
		}.with(g.contextJSON(i.repo, by, in)...)
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
