package githubfake

import (
	"context"
	"fmt"
)

// Ping is GitHub asking whether anybody is there, as it does when a webhook is made.
func (g *GitHub) Ping(ctx context.Context) Delivery {
	g.mu.Lock()
	told := g.pingEvent()
	g.mu.Unlock()
	return g.announce(ctx, told)
}

// PushEvent is a branch or a tag that was moved.
type PushEvent struct {
	Repo   string // owner/name
	Ref    string // like refs/heads/main or refs/tags/red/3.2.0
	Before string // commit id; "": the ref is new
	After  string // commit id; "": the ref was deleted
	Login  string // who pushed
}

// Push tells the app of a push.
func (g *GitHub) Push(ctx context.Context, push PushEvent) (Delivery, error) {
	return g.tell(ctx, push.Repo, push.Login, func(repo *repository, by *account) (*event, error) {
		return g.pushEvent(repo, by, push), nil
	})
}

// TellPullRequest tells the app that something happened to a pull request, like
// "opened", "synchronize" or "closed".
func (g *GitHub) TellPullRequest(ctx context.Context, repo string, number int, action, login string) (Delivery, error) {
	return g.tell(ctx, repo, login, func(_ *repository, by *account) (*event, error) {
		issue, err := g.world.issue(repo, number)
		if err != nil {
			return nil, err
		}
		if issue.pull == nil {
			return nil, fmt.Errorf("%s#%d is no pull request", repo, number)
		}
		return g.pullEvent(action, issue, by), nil
	})
}

// TellInstallation tells the app that something happened to an installation, like
// "created" or "suspend". It changes nothing: [GitHub.Suspend] does.
func (g *GitHub) TellInstallation(ctx context.Context, id int64, action, login string) (Delivery, error) {
	var told *event
	err := g.change(func() error {
		in := g.world.installation(id)
		if in == nil {
			return fmt.Errorf("no installation %d", id)
		}
		by, err := g.world.account(login)
		if err != nil {
			return err
		}
		told = g.installationEvent(action, in, by)
		return nil
	})
	if err != nil {
		return Delivery{}, err
	}
	return g.announce(ctx, told), nil
}

// tell is act for what makes one event.
func (g *GitHub) tell(ctx context.Context, fullName, login string, build func(*repository, *account) (*event, error)) (Delivery, error) {
	deliveries, err := g.act(ctx, fullName, login, func(repo *repository, by *account) ([]*event, error) {
		told, err := build(repo, by)
		return []*event{told}, err
	})
	if err != nil || len(deliveries) == 0 {
		return Delivery{}, err
	}
	return deliveries[0], nil
}
