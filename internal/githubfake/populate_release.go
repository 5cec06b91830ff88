package githubfake

import (
	"cmp"
	"errors"
	"fmt"
)

// addRelease makes a release, and says whether it made the tag too.
func (w *world) addRelease(repo *repository, seed Release) (added *release, tagged bool, err error) {
	failed := func(err error) (*release, bool, error) {
		return nil, false, fmt.Errorf("release %q: %w", seed.Tag, err)
	}
	if seed.Tag == "" {
		return failed(errors.New("it needs a tag"))
	}
	author, err := w.account(cmp.Or(seed.Author, repo.owner.login))
	if err != nil {
		return failed(err)
	}
	added = &release{
		id: w.id(seed.ID), repo: repo, tag: seed.Tag, target: cmp.Or(seed.Target, repo.branch), name: seed.Name,
		notes: seed.Notes, author: author, draft: seed.Draft, prerelease: seed.Prerelease, created: w.moment(),
	}
	if !seed.Draft {
		if repo.release(seed.Tag) != nil {
			return failed(errors.New("the tag has one already"))
		}
		if tagged, err = w.publish(added); err != nil {
			return failed(err)
		}
		added.published = cmp.Or(seed.Published, w.moment())
	}
	repo.releases = append(repo.releases, added)
	return added, tagged, nil
}

// publish makes the tag of a release, if there is none, and gives the release its times.
func (w *world) publish(r *release) (tagged bool, err error) {
	tag, there := r.repo.git.Tags[r.tag]
	if !there {
		if tag, err = w.addTag(r.repo, Tag{Name: r.tag, Commit: r.target}, r.author); err != nil {
			return false, err
		}
	}
	r.draft, r.created, r.published = false, tag.Commit.Committer.At, w.moment()
	return !there, nil
}

// release returns the published release of a tag, or nil.
func (r *repository) release(tag string) *release {
	for _, candidate := range r.releases {
		if !candidate.draft && candidate.tag == tag {
			return candidate
		}
	}
	return nil
}
