package github

import (
	"context"
	"fmt"
	"regexp"
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

// repoPattern is what "owner/name" may look like. These words go into URLs.
var repoPattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9_-]{0,99})/([A-Za-z0-9_.-]{1,100})$`)

// conversationOf returns the conversation of an origin. The error is about an origin that no intake
// of this package makes.
func conversationOf(origin *v1alpha1.GitHubOrigin) (conversation, error) {
	if origin == nil {
		return conversation{}, fmt.Errorf("the message is not for GitHub")
	}
	names := repoPattern.FindStringSubmatch(origin.Repo)
	if names == nil || names[2] == "." || names[2] == ".." || origin.Issue <= 0 || origin.Installation <= 0 {
		return conversation{}, fmt.Errorf("%q issue %d of installation %d is no conversation on GitHub",
			oneLine(origin.Repo, 100), origin.Issue, origin.Installation)
	}
	return conversation{
		installation: origin.Installation, owner: names[1], repo: names[2], number: origin.Issue,
	}, nil
}

// markers returns the marked comments that the App itself wrote in a conversation since then, by
// marker. Nobody else's comment counts, whatever it says.
func (c *Client) markers(ctx context.Context, where conversation, since time.Time) (map[string]int64, error) {
	self, err := c.self(ctx)
	if err != nil {
		return nil, err
	}
	since = since.UTC().Truncate(time.Second)
	options := &gh.IssueListCommentsOptions{ListOptions: gh.ListOptions{PerPage: perPage, Page: 1}}
	if !since.IsZero() {
		options.Since = &since
	}
	found := map[string]int64{}
	for options.Page != 0 && options.Page <= maxPages {
		var page []*gh.IssueComment
		err := c.asInstallation(ctx, where.installation, func(ctx context.Context, client *gh.Client) error {
			comments, response, err := client.Issues.ListComments(ctx, where.owner, where.repo, where.number, options)
			if err != nil {
				return err
			}
			page, options.Page = comments, response.NextPage
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, comment := range page {
			marker, marked := markerOf(comment.GetBody())
			if marked && strings.EqualFold(comment.GetUser().GetLogin(), self.Login()) {
				if _, isSecond := found[marker]; !isSecond {
					found[marker] = comment.GetID()
				}
			}
		}
	}
	if options.Page != 0 {
		return nil, &notify.Undeliverable{Reason: fmt.Sprintf(
			"More than %d comments came since the message was sent: it may be there or not.", maxPages*perPage)}
	}
	return found, nil
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
