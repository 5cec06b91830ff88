package githubfake

import (
	"context"
	"fmt"
	"slices"
)

// Comment is a person writing a comment on an issue or a pull request. GitHub stores it
// and tells the app, which this method waits for: at most 10 s, as GitHub does, and no
// longer than ctx. That the app refused the event is no error; the delivery says so. An
// event that the app does not get is a zero Delivery.
//
// login may also be a bot's, like "dependabot[bot]"; that of an app's bot writes
// through its app.
func (g *GitHub) Comment(ctx context.Context, repo string, number int, login, body string) (Comment, Delivery, error) {
	return g.comment(ctx, repo, number, login, "", body)
}

// CommentVia is a person writing a comment through an app, given by its slug: the
// author is the person, and "performed_via_github_app" is the app.
func (g *GitHub) CommentVia(ctx context.Context, repo string, number int, login, app, body string) (Comment, Delivery, error) {
	return g.comment(ctx, repo, number, login, app, body)
}

func (g *GitHub) comment(ctx context.Context, repo string, number int, login, slug, body string) (Comment, Delivery, error) {
	var written Comment
	var told *event
	err := g.change(func() error {
		issue, err := g.world.issue(repo, number)
		if err != nil {
			return err
		}
		author, err := g.world.account(login)
		if err != nil {
			return err
		}
		via := author.app
		if slug != "" {
			through, err := g.world.account(slug + "[bot]")
			if err != nil || through.app == nil {
				return fmt.Errorf("no app %q", slug)
			}
			via = through.app
		}
		if issue.locked && issue.repo.association(author) == "NONE" {
			return fmt.Errorf("%s#%d is locked", repo, number)
		}
		if problem := commentProblem(body); problem != "" {
			return fmt.Errorf("comment on %s#%d: %s", repo, number, problem)
		}
		c := g.world.addComment(issue, author, via, body)
		written, told = g.view(c), g.commentEvent("created", c, author, nil)
		return nil
	})
	if err != nil {
		return Comment{}, Delivery{}, err
	}
	return written, g.announce(ctx, told), nil
}

// EditComment is a person changing the text of a comment, which need not be theirs.
func (g *GitHub) EditComment(ctx context.Context, id int64, login, body string) (Delivery, error) {
	return g.touchComment(ctx, id, login, func(c *comment, by *account) (*event, error) {
		if problem := commentProblem(body); problem != "" {
			return nil, fmt.Errorf("comment %d: %s", id, problem)
		}
		before := c.body
		g.world.editComment(c, by, body)
		return g.commentEvent("edited", c, by, &before), nil
	})
}

// DeleteComment is a person deleting a comment, which need not be theirs.
func (g *GitHub) DeleteComment(ctx context.Context, id int64, login string) (Delivery, error) {
	return g.touchComment(ctx, id, login, func(c *comment, by *account) (*event, error) {
		g.world.deleteComment(c)
		return g.commentEvent("deleted", c, by, nil), nil
	})
}

// React is a person reacting to a comment. GitHub tells the app nothing of it.
func (g *GitHub) React(id int64, login, content string) error {
	_, err := g.touchComment(context.Background(), id, login, func(c *comment, by *account) (*event, error) {
		if !slices.Contains(reactionContents[:], content) {
			return nil, fmt.Errorf("GitHub has no reaction %q", content)
		}
		g.world.react(c, by, content)
		return nil, nil
	})
	return err
}

func (g *GitHub) touchComment(ctx context.Context, id int64, login string, do func(*comment, *account) (*event, error)) (Delivery, error) {
	var told *event
	err := g.change(func() error {
		c, err := g.world.comment(id)
		if err != nil {
			return err
		}
		by, err := g.world.account(login)
		if err != nil {
			return err
		}
		told, err = do(c, by)
		return err
	})
	if err != nil {
		return Delivery{}, err
	}
	return g.announce(ctx, told), nil
}
