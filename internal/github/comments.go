package github

import (
	"context"
	"fmt"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/notify"
)

const (
	// perPage is the most that GitHub lists at once.
	perPage = 100
	// maxPages bounds a search through the comments of one issue. Comments come oldest first and the
	// search begins when the message can first have been written, so that it stands on the first
	// page unless a thousand comments came in between.
	maxPages = 10
)

// conversation is an issue or a pull request, reached through an installation of the App.
type conversation struct {
	installation int64
	owner, repo  string
	number       int
}

// conversationOf returns the conversation of an origin. The error is about an origin that no intake
// of this package makes.
func conversationOf(origin *v1alpha1.GitHubOrigin) (conversation, error) {
	if origin == nil {
		return conversation{}, fmt.Errorf("the message is not for GitHub")
	}
	repo, ok := parseRepository(origin.Repo)
	if !ok || origin.Issue <= 0 || origin.Installation <= 0 {
		return conversation{}, fmt.Errorf("%q issue %d of installation %d is no conversation on GitHub",
			oneLine(origin.Repo, 100), origin.Issue, origin.Installation)
	}
	return conversation{
		installation: origin.Installation, owner: repo.owner, repo: repo.name, number: origin.Issue,
	}, nil
}

// markers returns the marked comments that the App itself wrote in a conversation since then, by
// marker. Nobody else's comment counts, whatever it says. Of several with one marker the oldest counts.
func (c *Client) markers(ctx context.Context, where conversation, since time.Time) (map[string]int64, error) {
	found := map[string]int64{}
	err := c.eachOwn(ctx, where, since, atOnce, func(comment marked) {
		if _, isSecond := found[comment.marker]; !isSecond {
			found[comment.marker] = comment.id
		}
	})
	return found, err
}

// marked is a comment with a marker.
type marked struct {
	id           int64
	marker, body string
}

// turn waits until a call may be made. Then leave must be called once it was.
type turn func(context.Context) (leave func(), err error)

// atOnce is the turn of what somebody waits for.
func atOnce(context.Context) (leave func(), err error) { return func() {}, nil }

// eachOwn reads the marked comments that the App itself wrote in a conversation since then, oldest first.
// Each page takes a turn.
func (c *Client) eachOwn(ctx context.Context, where conversation, since time.Time, wait turn, use func(marked)) error {
	self, err := c.self(ctx)
	if err != nil {
		return err
	}
	since = since.UTC().Truncate(time.Second)
	options := &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: perPage, Page: 1}}
	if !since.IsZero() {
		options.Since = &since
	}
	for options.Page != 0 && options.Page <= maxPages {
		page, next, err := c.comments(ctx, where, options, wait)
		if err != nil {
			return err
		}
		options.Page = next
		for _, comment := range page {
			marker, isMarked := markerOf(comment.GetBody())
			if isMarked && strings.EqualFold(comment.GetUser().GetLogin(), self.Login()) {
				use(marked{id: comment.GetID(), marker: marker, body: comment.GetBody()})
			}
		}
	}
	if options.Page != 0 {
		return &notify.Undeliverable{Reason: fmt.Sprintf(
			"More than %d comments came since the message was sent: it may be there or not.", maxPages*perPage)}
	}
	return nil
}

// comments reads one page of a conversation. next is 0 after the last one.
func (c *Client) comments(
	ctx context.Context, where conversation, options *gh.IssueListCommentsOptions, wait turn,
) (page []*gh.IssueComment, next int, err error) {
	leave, err := wait(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer leave()
	err = c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
		comments, response, err := client.Issues.ListComments(ctx, where.owner, where.repo, where.number, options)
		if err != nil {
			return err
		}
		page, next = comments, response.NextPage
		return nil
	})
	return page, next, err
}

// comment writes a comment and returns its ID.
func (c *Client) comment(ctx context.Context, where conversation, body string) (id int64, err error) {
	err = c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
		made, _, err := client.Issues.CreateComment(ctx, where.owner, where.repo, where.number, &gh.IssueComment{Body: &body})
		id = made.GetID()
		return err
	})
	return id, err
}

// edit makes a comment say something else.
func (c *Client) edit(ctx context.Context, where conversation, id int64, body string) error {
	return c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
		_, _, err := client.Issues.EditComment(ctx, where.owner, where.repo, id, &gh.IssueComment{Body: &body})
		return err
	})
}

// reaction is what the App thinks of a comment: GitHub's word for it.
type reaction string

const (
	reactEyes     reaction = "eyes"
	reactRocket   reaction = "rocket"
	reactDown     reaction = "-1"
	reactConfused reaction = "confused"
)

// react adds a reaction to a comment. Doing so twice adds one.
func (c *Client) react(ctx context.Context, where conversation, comment int64, with reaction) error {
	return c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
		_, _, err := client.Reactions.CreateIssueCommentReaction(ctx, where.owner, where.repo, comment, string(with))
		return err
	})
}
