package demo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/githubfake"
)

// releaseTitleOf is the title of a release pull request, as release-please has it.
func releaseTitleOf(service, version string) string {
	return fmt.Sprintf("chore: release %s %s", service, version)
}

// shipped is a change as release notes list it.
type shipped struct {
	number      int
	title, hash string
}

// notesOf writes the notes of a release that was there when the demo began.
func notesOf(e entry, at time.Time) string {
	var changes []shipped
	before := ""
	for _, earlier := range entries() {
		switch {
		case earlier.service == e.service && earlier.image == e.image:
			return notes(e.service, before, e.image, at, changes)
		case earlier.service == e.service && earlier.isRelease():
			before, changes = earlier.image, nil
		case earlier.touches(e.service):
			changes = append(changes, shipped{earlier.number, earlier.title, githubfake.CommitSHA(earlier.id())})
		}
	}
	return ""
}

// notes writes release notes as release-please does: https://github.com/googleapis/release-please
func notes(service, before, version string, at time.Time, changes []shipped) string {
	var b strings.Builder
	title := version
	if before != "" {
		title = fmt.Sprintf("[%s](%s/%s/compare/%s...%s)", version, web, repository, releaseTag(service, before), releaseTag(service, version))
	}
	fmt.Fprintf(&b, "## %s (%s)\n", title, at.UTC().Format(time.DateOnly))
	section := func(heading string, line func(shipped) string) {
		var lines strings.Builder
		for _, c := range changes {
			lines.WriteString(line(c))
		}
		if lines.Len() > 0 {
			fmt.Fprintf(&b, "\n\n### %s\n\n%s", heading, &lines)
		}
	}
	section("⚠ BREAKING CHANGES", func(c shipped) string {
		if kind, scope, says, breaking := conventional(c.title); kind != "" && breaking {
			return fmt.Sprintf("* **%s:** %s\n", scope, says)
		}
		return ""
	})
	for _, part := range []struct{ kind, heading string }{{"feat", "Features"}, {"fix", "Bug Fixes"}, {"perf", "Performance Improvements"}} {
		section(part.heading, func(c shipped) string {
			kind, scope, says, _ := conventional(c.title)
			if kind != part.kind {
				return ""
			}
			return fmt.Sprintf("* **%s:** %s ([#%d](%s/%s/issues/%d)) ([%s](%s/%s/commit/%s))\n",
				scope, says, c.number, web, repository, c.number, c.hash[:7], web, repository, c.hash)
		})
	}
	return b.String()
}

// conventional reads a title of Conventional Commits: "feat(red)!: drop /v1".
func conventional(title string) (kind, scope, says string, breaking bool) {
	head, says, ok := strings.Cut(title, ": ")
	if !ok {
		return "", "", title, false
	}
	head, breaking = strings.CutSuffix(head, "!")
	kind, scope, _ = strings.Cut(strings.TrimSuffix(head, ")"), "(")
	return kind, scope, says, breaking
}

// next returns the version after another one, by what has changed since then: a feature or a fix. That something
// breaks counts as a feature, as the versions of the guide's services have it.
func next(version string, changes []shipped) (string, error) {
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		return "", fmt.Errorf("version %q: %w", version, err)
	}
	isFeature := func(c shipped) bool {
		kind, _, _, breaking := conventional(c.title)
		return kind == "feat" || breaking
	}
	if slices.ContainsFunc(changes, isFeature) {
		return fmt.Sprintf("%d.%d.0", major, minor+1), nil
	}
	return fmt.Sprintf("%d.%d.%d", major, minor, patch+1), nil
}
