package github

import (
	"github.com/davidaparicio/kargo-bot/internal/pullrequest"
)

// pullBody is what of a pull request matters:
// https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
type pullBody struct {
	Number         int       `json:"number"`
	Title          string    `json:"title"`
	Body           string    `json:"body"`
	HTMLURL        string    `json:"html_url"`
	State          string    `json:"state"`
	Draft          bool      `json:"draft"`
	User           user      `json:"user"`
	MergedAt       instant   `json:"merged_at"`
	ClosedAt       instant   `json:"closed_at"`
	UpdatedAt      instant   `json:"updated_at"`
	MergeCommitSHA string    `json:"merge_commit_sha"`
	Head           branchEnd `json:"head"`
	Base           branchEnd `json:"base"`
}

// branchEnd is one of the two branches of a pull request.
type branchEnd struct {
	Ref string `json:"ref"`
	SHA string `json:"sha"`
	// Repo is null if the fork was deleted.
	Repo struct {
		FullName      string `json:"full_name"`
		DefaultBranch string `json:"default_branch"`
		Private       bool   `json:"private"`
	} `json:"repo"`
}

// pull returns the pull request within bounds. ok is false if it is none.
func (b *pullBody) pull() (p pullrequest.Pull, ok bool) {
	state := pullrequest.State(b.State)
	if b.Number <= 0 || !isHash(b.Head.SHA) || !isHash(b.Base.SHA) || state != pullrequest.Open && state != pullrequest.Closed {
		return p, false
	}
	p = pullrequest.Pull{
		Number: b.Number, Title: brief(b.Title), Body: beginning(b.Body, maxPullBody), Author: brief(b.User.Login),
		URL: link(b.HTMLURL), State: state, Draft: b.Draft, UpdatedAt: b.UpdatedAt.Time,
		HeadSHA: b.Head.SHA, HeadRef: brief(b.Head.Ref), BaseRef: brief(b.Base.Ref), BaseSHA: b.Base.SHA,
		DefaultBranch: brief(b.Base.Repo.DefaultBranch), Public: !b.Base.Repo.Private,
	}
	if repo, ok := parseRepository(b.Head.Repo.FullName); ok {
		p.HeadRepo = repo.String()
	}
	if !b.MergedAt.IsZero() {
		p.Merged, p.MergedAt = true, b.MergedAt.Time
		if isHash(b.MergeCommitSHA) {
			p.MergeSHA = b.MergeCommitSHA
		}
	}
	return p, true
}

// sizeOfPull returns about how many bytes a pull request takes.
func sizeOfPull(p pullrequest.Pull) int {
	return 600 + len(p.Title) + len(p.Body) + len(p.Author) + len(p.URL) + len(p.HeadRef) + len(p.HeadRepo) + len(p.BaseRef)
}
