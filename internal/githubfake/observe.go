package githubfake

import (
	"cmp"
	"slices"
	"time"
)

// Thread is an issue or a pull request with its comments, as a person sees it.
type Thread struct {
	Repo        string // owner/name
	Number      int
	Title       string
	PullRequest bool
	Closed      bool
	Comments    []Comment // oldest first, without deleted ones
}

// Comment is a comment on an issue or a pull request.
type Comment struct {
	ID        int64
	Repo      string
	Number    int
	Author    string // login
	Bot       bool   // the author's type is Bot
	App       string // slug of the app that it was written through, or ""
	Body      string
	URL       string
	Created   time.Time
	Updated   time.Time
	Deleted   bool
	Edits     []Edit // oldest first
	Reactions []Reaction
}

// Edit is one change of a comment's text.
type Edit struct {
	At     time.Time
	By     string // login
	Before string // the text until then
}

// keptEdits is how many edits of a comment are kept; the oldest go first.
const keptEdits = 1000

// Reaction is a reaction to a comment. Content is GitHub's word, like "eyes".
type Reaction struct {
	ID      int64
	User    string
	Content string
}

// Threads returns all issues and pull requests, by repository and number.
func (g *GitHub) Threads() []Thread {
	g.mu.Lock()
	defer g.mu.Unlock()
	var threads []Thread
	for _, repo := range g.world.repos {
		for _, issue := range repo.issues {
			threads = append(threads, Thread{
				Repo: repo.fullName(), Number: issue.number, Title: issue.title,
				PullRequest: issue.pull != nil, Closed: !issue.closed.IsZero(),
				Comments: g.commentsOf(issue),
			})
		}
	}
	slices.SortFunc(threads, func(a, b Thread) int {
		return cmp.Or(cmp.Compare(a.Repo, b.Repo), cmp.Compare(a.Number, b.Number))
	})
	return threads
}

// Comments returns the comments of an issue or a pull request, oldest first, without
// deleted ones. It is empty if there is no such issue.
func (g *GitHub) Comments(repo string, number int) []Comment {
	g.mu.Lock()
	defer g.mu.Unlock()
	issue, err := g.world.issue(repo, number)
	if err != nil {
		return nil
	}
	return g.commentsOf(issue)
}

// CommentByID returns a comment, also a deleted one.
func (g *GitHub) CommentByID(id int64) (Comment, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	found, ok := g.world.comments[id]
	if !ok {
		return Comment{}, false
	}
	return g.view(found), true
}

func (g *GitHub) commentsOf(issue *issue) []Comment {
	var comments []Comment
	for _, c := range issue.comments {
		if !c.deleted {
			comments = append(comments, g.view(c))
		}
	}
	return comments
}

func (g *GitHub) view(c *comment) Comment {
	seen := Comment{
		ID: c.id, Repo: c.issue.repo.fullName(), Number: c.issue.number,
		Author: c.author.login, Bot: c.author.kind == "Bot",
		Body: c.body, URL: g.commentHTML(c), Created: c.created, Updated: c.updated,
		Deleted: c.deleted, Edits: slices.Clone(c.edits),
	}
	if c.via != nil {
		seen.App = c.via.slug
	}
	for _, r := range c.reactions {
		seen.Reactions = append(seen.Reactions, Reaction{ID: r.id, User: r.user.login, Content: r.content})
	}
	return seen
}
