package freightdiff

import (
	"context"
	"fmt"
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
		out.Remarks, out.Transient = append(out.Remarks, "The release notes could not be read. "+whyUnknown(err)), true
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
	seen := slices.ContainsFunc(all, func(r Release) bool { name, ok := src.version(r.Tag); return ok && name == low.Original() })
	if len(all) >= MaxReleases && !seen {
		out.Remarks = append(out.Remarks, fmt.Sprintf("Only the newest %d releases of %s were looked at: notes of earlier versions may be missing.", MaxReleases, out.Repository))
	}
	slices.SortStableFunc(found, func(a, b versioned) int { return b.version.Compare(a.version) })
	for _, f := range found[:min(len(found), maxNotes)] {
		out.Releases = append(out.Releases, f.notes)
	}
}
