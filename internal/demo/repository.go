package demo

import (
	"cmp"
	"slices"
	"sync"

	"github.com/davidaparicio/kargo-bot/internal/demo/page"
	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// shownReleases is how many releases the page shows: the newest so many.
const shownReleases = 8

// tags are those of the repository that have a release, the newest last.
type tags struct {
	mu  sync.Mutex
	all []string
}

// newTags returns what there is when the demo begins.
func newTags() *tags {
	t := &tags{}
	for _, e := range entries() {
		if e.isRelease() && !e.untagged {
			t.add(releaseTag(e.service, e.image))
		}
	}
	return t
}

func (t *tags) add(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, tag)
}

// newest returns so many of them at most, the newest first.
func (t *tags) newest(most int) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := slices.Clone(t.all[max(0, len(t.all)-most):])
	slices.Reverse(out)
	return out
}

// repository returns what the page shows of the repository besides its conversations.
func (f *forge) repository() page.Repository {
	out := page.Repository{Environments: f.environments(), Releases: []page.ReleasePage{}}
	for _, tag := range f.tags.newest(shownReleases) {
		if r, ok := f.fake.Release(repository, tag); ok {
			out.Releases = append(out.Releases, page.ReleasePage{Tag: r.Tag, Name: r.Name, Author: r.Author, Notes: r.Notes, At: r.Published})
		}
	}
	return out
}

// environments returns the environments with their latest deployments.
func (f *forge) environments() []page.Environment {
	count := map[string]int{}
	latest := map[string]githubfake.Deployment{}
	for _, d := range f.fake.Deployments(repository) {
		count[d.Environment]++
		latest[d.Environment] = d
	}
	out := []page.Environment{}
	for name, d := range latest {
		shown := page.Environment{
			Name: name, Production: d.Production, Commit: d.SHA, Description: d.Description, By: d.Creator, At: d.Created, Deployments: count[name],
		}
		if n := len(d.Statuses); n > 0 {
			last := d.Statuses[n-1]
			shown.State, shown.Description, shown.URL, shown.At = last.State, last.Description, last.LogURL, last.Created
		}
		out = append(out, shown)
	}
	slices.SortFunc(out, func(a, b page.Environment) int { return cmp.Compare(a.Name, b.Name) })
	return out
}
