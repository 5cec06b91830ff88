package github

import (
	"cmp"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
)

// commitBody is what of a commit matters:
// https://docs.github.com/en/rest/commits/commits#list-commits
type commitBody struct {
	SHA     string `json:"sha"`
	HTMLURL string `json:"html_url"`
	Commit  struct {
		Message string `json:"message"`
		Author  struct {
			Name string  `json:"name"`
			Date instant `json:"date"`
		} `json:"author"`
		Committer struct {
			Date instant `json:"date"`
		} `json:"committer"`
	} `json:"commit"`
	// Author is the account, if GitHub knows one.
	Author struct {
		Login string `json:"login"`
	} `json:"author"`
	Parents []struct {
		SHA string `json:"sha"`
	} `json:"parents"`
}

// commit returns the commit within bounds. ok is false if it is none.
func (b *commitBody) commit() (c freightdiff.RawCommit, ok bool) {
	if !isHash(b.SHA) || len(b.Parents) > maxParents {
		return c, false
	}
	c = freightdiff.RawCommit{
		SHA: b.SHA, Message: beginning(b.Commit.Message, maxCommitMessage),
		Author: brief(b.Commit.Author.Name), Login: brief(b.Author.Login),
		At: b.Commit.Committer.Date.Time, URL: link(b.HTMLURL),
	}
	if c.At.IsZero() {
		c.At = b.Commit.Author.Date.Time
	}
	for _, parent := range b.Parents {
		if !isHash(parent.SHA) {
			return c, false
		}
		c.Parents = append(c.Parents, parent.SHA)
	}
	return c, true
}

// relationOf returns how a comparison ended. ok is false if the counts say something else.
func relationOf(status string, ahead, behind int) (relation freightdiff.Relation, ok bool) {
	relation = freightdiff.Relation(status)
	switch relation {
	case freightdiff.Identical:
		return relation, ahead == 0 && behind == 0
	case freightdiff.Ahead:
		return relation, ahead > 0 && behind == 0
	case freightdiff.Behind:
		return relation, ahead == 0 && behind > 0
	case freightdiff.Diverged:
		return relation, ahead > 0 && behind > 0
	default:
		return "", false
	}
}

// sizeOf returns about how many bytes a comparison takes.
func sizeOf(c *freightdiff.Comparison) int {
	size := 200 + len(c.URL)
	for _, commit := range c.Commits {
		size += 200 + len(commit.Message) + len(commit.Author) + len(commit.Login) + len(commit.URL) + 60*cmp.Or(len(commit.Parents), 1)
	}
	return size
}
