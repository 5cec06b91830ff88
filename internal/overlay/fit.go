package overlay

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// perResource is how many characters a resource takes besides its diff, its names and its kind.
const perResource = 64

// Fit cuts diffs so that all of them take at most that many characters, with what names the resources. It
// leaves out whole hunks first, lines where not even one hunk fits, and whole resources where there is no
// room to name them; small diffs stay whole beside a large one. It returns a sentence that counts what was
// left out, empty if nothing was. The changes that it was given stay as they are.
func Fit(changes []answers.ManifestChange, most int) (fitted []answers.ManifestChange, left string) {
	lines, resources := 0, 0
	for i, change := range changes {
		head := perResource + utf8.RuneCountInString(change.Kind+change.Namespace+change.Name)
		if head > most {
			for _, c := range changes[i:] {
				lines += strings.Count(c.Diff, "\n")
			}
			resources += len(changes) - i
			break
		}
		most -= head
		fitted = append(fitted, change)
	}
	rooms := share(fitted, most)
	for i := range fitted {
		cut := shorten(fitted[i].Diff, rooms[i])
		if missing := strings.Count(fitted[i].Diff, "\n") - strings.Count(cut, "\n"); missing > 0 {
			lines, resources = lines+missing, resources+1
			fitted[i].Diff = cut
		}
	}
	if resources > 0 {
		left = "… " + chatops.Count(lines, "more line") + " in " + chatops.Count(resources, "resource")
	}
	return fitted, left
}

// share divides room among diffs: what a small one does not need goes to the larger ones.
func share(changes []answers.ManifestChange, room int) []int {
	order, need := make([]int, len(changes)), make([]int, len(changes))
	for i, change := range changes {
		order[i], need[i] = i, utf8.RuneCountInString(change.Diff)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(need[a], need[b]) })
	rooms := make([]int, len(changes))
	for n, i := range order {
		rooms[i] = min(need[i], room/(len(order)-n))
		room -= rooms[i]
	}
	return rooms
}

// shorten returns the beginning of a diff in at most that many characters: hunks, or lines of the first one.
func shorten(diff string, most int) string {
	if utf8.RuneCountInString(diff) <= most {
		return diff
	}
	end, hunk := 0, 0
	for line := range strings.Lines(diff) {
		if strings.HasPrefix(line, "@@") {
			hunk = end
		}
		if most -= utf8.RuneCountInString(line); most < 0 {
			break
		}
		end += len(line)
	}
	if hunk > 0 {
		return diff[:hunk]
	}
	if strings.Count(diff[:end], "\n") == 1 {
		// The line numbers of a hunk alone say nothing.
		return ""
	}
	return diff[:end]
}
