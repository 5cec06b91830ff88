package githubfake

import (
	"context"
	"fmt"
)

// PublishRelease is a person, the release's author, publishing a release: the tag is made
// if there is none. A draft of the same tag is what gets published, if there is one. It
// returns the release's id; the deliveries are of the tag, if it is new, and of release.
func (g *GitHub) PublishRelease(ctx context.Context, repo string, seed Release) (int64, []Delivery, error) {
	id := int64(0)
	deliveries, err := g.act(ctx, repo, seed.Author, func(repo *repository, by *account) ([]*event, error) {
		seed.Draft = false
		r := repo.draft(seed.Tag)
		actions := []string{"published"}
		var tagged bool
		var err error
		if r != nil {
			r.name, r.notes, r.prerelease = seed.Name, seed.Notes, seed.Prerelease
			tagged, err = g.world.publish(r)
		} else {
			actions = []string{"created", "published"}
			r, tagged, err = g.world.addRelease(repo, seed)
		}
		if err != nil {
			return nil, err
		}
		id = r.id
		if r.prerelease {
			actions = append(actions, "prereleased")
		} else {
			actions = append(actions, "released")
		}
		var told []*event
		if tagged {
			told = g.tagEvents(repo, by, r.tag, repo.git.Tags[r.tag])
		}
		for _, action := range actions {
			told = append(told, g.releaseEvent(action, r, by))
		}
		return told, nil
	})
	return id, deliveries, err
}

// EditRelease is a person changing the name and the notes of a published release.
func (g *GitHub) EditRelease(ctx context.Context, repo, tag, login, name, notes string) ([]Delivery, error) {
	return g.act(ctx, repo, login, func(repo *repository, by *account) ([]*event, error) {
		r := repo.release(tag)
		if r == nil {
			return nil, fmt.Errorf("%s has no release %s", repo.fullName(), tag)
		}
		changes := object{}
		if r.name != name {
			changes = changes.with(field{"name", object{{"from", r.name}}})
		}
		if r.notes != notes {
			changes = changes.with(field{"body", object{{"from", r.notes}}})
		}
		r.name, r.notes = name, notes
		return []*event{g.releaseEvent("edited", r, by, field{"changes", changes})}, nil
	})
}

// draft returns the draft of a tag, or nil.
func (r *repository) draft(tag string) *release {
	for _, candidate := range r.releases {
		if candidate.draft && candidate.tag == tag {
			return candidate
		}
	}
	return nil
}
