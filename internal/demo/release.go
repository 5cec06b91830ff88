package demo

import (
	"context"
	"fmt"
	"sync"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
	"github.com/davidaparicio/kargo-bot/internal/kargosim/world"
)

// releases knows what of each service is released and what is not. One thing is merged at a time, as a merge
// queue has it: its lock is held over all that follows from a merge.
type releases struct {
	sync.Mutex

	// newest is the newest version of each service, and unreleased the changes since then.
	newest     map[string]string
	unreleased map[string][]shipped
}

func newReleases() *releases {
	r := &releases{newest: map[string]string{}, unreleased: map[string][]shipped{}}
	for _, s := range services() {
		r.newest[s.name] = s.next
		for _, e := range between(s.name, s.next, "") {
			r.unreleased[s.name] = append(r.unreleased[s.name], shipped{e.number, e.title, githubfake.CommitSHA(e.id())})
		}
	}
	return r
}

// Release implements page.World: it merges the release pull request of a service, which is opened first if
// there is none. Where nothing has changed since the last release, something is fixed before.
func (d *Demo) Release(ctx context.Context, name string) error {
	s, err := serviceCalled(name)
	if err != nil {
		return err
	}
	// What has begun is finished, whoever stops waiting for it.
	ctx = context.WithoutCancel(ctx)
	d.releases.Lock()
	defer d.releases.Unlock()
	number := d.github.openRelease(name)
	if number == 0 {
		if len(d.releases.unreleased[name]) == 0 {
			if err := d.fix(ctx, s); err != nil {
				return err
			}
		}
		if number, err = d.proposeRelease(ctx, s); err != nil {
			return err
		}
	}
	return d.merge(ctx, releaser, number)
}

// fix pushes a change of a service.
func (d *Demo) fix(ctx context.Context, s service) error {
	title := fmt.Sprintf("fix(%s): log why a request failed", s.name)
	sha, _, err := d.github.fake.PushCommits(ctx, repository, branch, releaser, githubfake.Commit{
		Message: title, Files: map[string]string{codeFolder(s.name) + "log.go": "// As of " + d.releases.newest[s.name] + ".\n"},
	})
	if err != nil {
		return fmt.Errorf("push a fix of %s: %w", s.name, err)
	}
	d.changeMerged(s, shipped{title: title, hash: sha})
	return nil
}

// changeMerged does what follows from a change of a service on the main branch: an image is built of it.
func (d *Demo) changeMerged(s service, change shipped) {
	d.releases.unreleased[s.name] = append(d.releases.unreleased[s.name], change)
	d.startBuild(s, "sha-"+change.hash[:7], change.hash, world.DevWarehouse(s.name))
}

// proposeRelease opens a release pull request, as release-please does: https://github.com/googleapis/release-please
func (d *Demo) proposeRelease(ctx context.Context, s service) (number int, err error) {
	before, changes := d.releases.newest[s.name], d.releases.unreleased[s.name]
	version, err := next(before, changes)
	if err != nil {
		return 0, err
	}
	c := conversation{
		title: releaseTitleOf(s.name, version), author: releasePlease, body: notes(s.name, before, version, d.now(), changes),
		pull: true, service: s.name, version: version,
	}
	head := "release-please--branches--" + branch + "--components--" + s.name + "--" + version
	if _, _, err := d.github.fake.PushCommits(ctx, repository, head, releasePlease, githubfake.Commit{
		Message: c.title, Files: map[string]string{codeFolder(s.name) + changelog: "# Changelog\n\n" + c.body},
	}); err != nil {
		return 0, fmt.Errorf("push the release of %s: %w", s.name, err)
	}
	c.number, _, err = d.github.fake.CreatePullRequest(ctx, repository, githubfake.PullRequest{
		Title: c.title, Body: c.body, Author: c.author, Head: head,
	})
	if err != nil {
		return 0, fmt.Errorf("propose the release of %s: %w", s.name, err)
	}
	d.github.add(c)
	return c.number, nil
}

// publish does what follows from the merge of a release pull request: it is tagged and published. Images are
// built of it as of every commit, and as the release.
func (d *Demo) publish(ctx context.Context, s service, c conversation, sha string) error {
	if _, _, err := d.github.fake.PublishRelease(ctx, repository, githubfake.Release{
		Tag: releaseTag(s.name, c.version), Name: s.name + " " + c.version, Target: sha, Notes: c.body, Author: releasePlease,
	}); err != nil {
		return fmt.Errorf("publish %s %s: %w", s.name, c.version, err)
	}
	d.github.tags.add(releaseTag(s.name, c.version))
	d.releases.newest[s.name], d.releases.unreleased[s.name] = c.version, nil
	d.startBuild(s, "sha-"+sha[:7], sha, world.DevWarehouse(s.name))
	d.startBuild(s, c.version, sha, world.ReleasesWarehouse(s.name))
	return nil
}
