package freightdiff

import (
	"context"
	"slices"

	"github.com/Masterminds/semver/v3"

	"github.com/davidaparicio/kargo-bot/internal/answers"
)

// maxNotes is of how many versions in between the notes are kept.
const maxNotes = 20

// releases adds what was published of the versions in between: those after from, up to to; or those that
// a way back takes away.
func (c *Code) releases(ctx context.Context, out *answers.CodeChange, src Source, from, to string) {
	low, errLow := semver.NewVersion(from)
	high, errHigh := semver.NewVersion(to)
	if errLow != nil || errHigh != nil || low.Equal(high) || len(src.Tags) == 0 {
		return
	}
	if high.LessThan(low) {
		low, high = high, low
	}
	all, err := c.Forge.Releases(ctx, out.Repository)
	if err != nil {
		out.Remarks = append(out.Remarks, "The release notes could not be read. "+whyUnknown(err))
		return
	}
	type versioned struct {
		version *semver.Version
		notes   answers.ReleaseNotes
	}
	var found []versioned
	for _, r := range all {
		name, ok := src.version(r.Tag)
		if !ok {
			continue
		}
		v, err := semver.NewVersion(name)
		if err != nil || !v.GreaterThan(low) || v.GreaterThan(high) {
			continue
		}
		found = append(found, versioned{v, answers.ReleaseNotes{Version: name, Tag: r.Tag, Notes: r.Notes, URL: r.URL, PublishedAt: r.PublishedAt}})
	}
	slices.SortStableFunc(found, func(a, b versioned) int { return b.version.Compare(a.version) })
	for _, f := range found[:min(len(found), maxNotes)] {
		out.Releases = append(out.Releases, f.notes)
	}
}
