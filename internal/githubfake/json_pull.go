package githubfake

import "cmp"

// pullJSON is a pull request on its own.
func (g *GitHub) pullJSON(i *issue) object {
	mergeableState := "clean"
	if !i.closed.IsZero() {
		mergeableState = "unknown"
	}
	commits, files, added, deleted := i.size()
	return g.pullSimpleJSON(i).with(
		field{"merged", !i.pull.merged.IsZero()},
		field{"mergeable", nil},
		field{"rebaseable", nil},
		field{"mergeable_state", mergeableState},
		field{"merged_by", g.mergedBy(i)},
		field{"comments", i.commentCount()},
		field{"review_comments", 0},
		field{"maintainer_can_modify", false},
		field{"commits", commits},
		field{"additions", added},
		field{"deletions", deleted},
		field{"changed_files", files},
	)
}

// size counts what a pull request changes. One that is not in a history counts as small.
func (i *issue) size() (commits, files, added, deleted int) {
	if _, head := i.sides(); head == nil {
		return 1, 1, 1, 1
	}
	changes := i.changes()
	added, deleted = i.repo.allLines(changes)
	return len(i.commits()), len(changes), added, deleted
}

// pullSimpleJSON is a pull request in a list.
func (g *GitHub) pullSimpleJSON(i *issue) object {
	url, html, issueURL := g.pullURL(i), g.issueHTML(i), g.issueURL(i)
	p, statuses := i.pull, g.repoURL(i.repo)+"/statuses/"+i.pull.headSHA
	state := "open"
	if !i.closed.IsZero() {
		state = "closed"
	}
	return object{
		{"url", url},
		{"id", p.id},
		{"node_id", nodeID("PullRequest", p.id)},
		{"html_url", html},
		{"diff_url", html + ".diff"},
		{"patch_url", html + ".patch"},
		{"issue_url", issueURL},
		{"number", i.number},
		{"state", state},
		{"locked", i.locked},
		{"title", i.title},
		{"user", g.userJSON(i.author)},
		{"body", textOrNull(i.body)},
		{"created_at", stamp(i.created)},
		{"updated_at", stamp(i.updated)},
		{"closed_at", stampOrNull(i.closed)},
		{"merged_at", stampOrNull(p.merged)},
		{"merge_commit_sha", textOrNull(p.mergeSHA)},
		{"assignee", nil},
		{"assignees", []object{}},
		{"requested_reviewers", []object{}},
		{"requested_teams", []object{}},
		{"labels", []object{}},
		{"milestone", nil},
		{"commits_url", url + "/commits"},
		{"review_comments_url", url + "/comments"},
		{"review_comment_url", g.repoURL(i.repo) + "/pulls/comments{/number}"},
		{"comments_url", issueURL + "/comments"},
		{"statuses_url", statuses},
		{"head", g.branchJSON(i.repo, p.head, p.headSHA)},
		{"base", g.branchJSON(i.repo, p.base, p.baseSHA)},
		{"_links", object{
			{"self", href(url)},
			{"html", href(html)},
			{"issue", href(issueURL)},
			{"comments", href(issueURL + "/comments")},
			{"review_comments", href(url + "/comments")},
			{"review_comment", href(g.repoURL(i.repo) + "/pulls/comments{/number}")},
			{"commits", href(url + "/commits")},
			{"statuses", href(statuses)},
		}},
		{"author_association", i.repo.association(i.author)},
		{"auto_merge", nil},
		{"active_lock_reason", nil},
		{"draft", p.draft},
	}
}

// branchJSON is one side of a pull request. Pull requests from forks do not exist here.
func (g *GitHub) branchJSON(repo *repository, ref, sha string) object {
	return object{
		{"label", repo.owner.login + ":" + ref},
		{"ref", ref},
		{"sha", sha},
		{"user", g.userJSON(repo.owner)},
		{"repo", g.repositoryJSON(repo)},
	}
}

// mergedBy is who merged: the author, if nobody knows.
func (g *GitHub) mergedBy(i *issue) any {
	if i.pull.merged.IsZero() {
		return nil
	}
	return g.userJSON(cmp.Or(i.pull.mergedBy, i.author))
}

func href(address string) object { return object{{"href", address}} }
