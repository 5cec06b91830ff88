package github

import (
	"context"
	"fmt"
	"slices"

	"github.com/davidaparicio/kargo-bot/internal/freightdiff"
	"github.com/davidaparicio/kargo-bot/internal/github/recall"
)

// releaseBody is what of a release matters:
// https://docs.github.com/en/rest/releases/releases#list-releases
type releaseBody struct {
	TagName     string  `json:"tag_name"`
	Name        string  `json:"name"`
	Body        string  `json:"body"`
	HTMLURL     string  `json:"html_url"`
	Draft       bool    `json:"draft"`
	Prerelease  bool    `json:"prerelease"`
	PublishedAt instant `json:"published_at"`
}

// listed is a page of a list, and whether another one follows.
type listed[V any] struct {
	items []V
	more  bool
}

// Releases implements freightdiff.Forge. Each page has a validator of its own, so that it is read again
// only if something on it changed.
func (s *Source) Releases(ctx context.Context, repo string) ([]freightdiff.Release, error) {
	r, err := s.repository(repo)
	if err != nil {
		return nil, err
	}
	var all []freightdiff.Release
	seen := map[string]bool{}
	for number := 1; number <= freightdiff.MaxReleases/perPage; number++ {
		ask := conditional(s, read{repo: r, path: "releases", query: page(number)}, releasesOf)
		found, err := find(ctx, s, r, fmt.Sprintf("releases %d", number), ask)
		if err != nil {
			return nil, err
		}
		for _, release := range found.items {
			// One that moved to the next page while that was read is on both.
			if !seen[release.Tag] {
				seen[release.Tag] = true
				all = append(all, release)
			}
		}
		if !found.more {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b freightdiff.Release) int { return b.PublishedAt.Compare(a.PublishedAt) })
	return all, nil
}

func releasesOf(bodies *[]releaseBody, came arrived) (recall.Answer[listed[freightdiff.Release]], error) {
	var page listed[freightdiff.Release]
	size := 0
	for _, body := range (*bodies)[:min(len(*bodies), perPage)] {
		if body.Draft || !isRef(body.TagName) {
			continue
		}
		release := freightdiff.Release{
			Tag: body.TagName, Name: brief(body.Name), Notes: beginning(withoutDeployed(body.Body), maxNotes), URL: link(body.HTMLURL),
			Prerelease: body.Prerelease, PublishedAt: body.PublishedAt.Time,
		}
		size += 200 + len(release.Tag) + len(release.Name) + len(release.Notes) + len(release.URL)
		page.items = append(page.items, release)
	}
	page.more = came.next > 0
	return recall.Answer[listed[freightdiff.Release]]{Value: page, Size: size}, nil
}
