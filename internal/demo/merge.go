package demo

import (
	"context"
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// Merge implements page.World: the pull request is squashed, and what follows from that in the guide's
// repository follows. After a change that is an image of it, and a release pull request; after a release pull
// request, the release.
func (d *Demo) Merge(ctx context.Context, login string, number int) error {
	as, err := personCalled(login)
	if err != nil {
		return err
	}
	d.releases.Lock()
	defer d.releases.Unlock()
	// What has begun is finished, whoever stops waiting for it.
	return d.merge(context.WithoutCancel(ctx), as.login, number)
}

// merge merges a pull request, with the releases locked.
func (d *Demo) merge(ctx context.Context, login string, number int) error {
	c, ok := d.github.conversation(number)
	if !ok || !c.pull || c.merged {
		return page.Refuse("There is no open pull request %d.", number)
	}
	s, err := serviceCalled(c.service)
	if err != nil {
		return err
	}
	sha, _, err := d.github.fake.MergePullRequest(ctx, repository, number, login, githubfake.Squash)
	if err != nil {
		return fmt.Errorf("merge %d: %w", number, err)
	}
	d.github.noteMerged(number)
	d.changed.tell()
	if c.version != "" {
		return d.publish(ctx, s, c, sha)
	}
	d.changeMerged(s, shipped{number, c.title, sha})
	_, err = d.proposeRelease(ctx, s)
	return err
}
