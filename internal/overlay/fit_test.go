package overlay_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/overlay"
)

// hunks returns a diff of that many hunks with as many lines each.
func hunks(n, lines int) string {
	var out strings.Builder
	for i := range n {
		fmt.Fprintf(&out, "@@ -%d +%d @@\n", i, i)
		for j := range lines {
			fmt.Fprintf(&out, "+%d é\n", j)
		}
	}
	return out.String()
}

func change(name, diff string) answers.ManifestChange {
	return answers.ManifestChange{Kind: "Pod", Name: name, Diff: diff}
}

func TestFit(t *testing.T) {
	const head = 64 + len("Poda")
	two, ten := hunks(2, 2), hunks(1, 10)
	for _, test := range []struct {
		name    string
		changes []answers.ManifestChange
		most    int
		want    []string
		left    string
	}{
		{"all of it", []answers.ManifestChange{change("a", two)}, head + utf8.RuneCountInString(two), []string{two}, ""},
		{"a hunk goes as a whole", []answers.ManifestChange{change("a", two)}, head + utf8.RuneCountInString(two) - 1, []string{hunks(1, 2)}, "… 3 more lines in 1 resource"},
		{"lines of a hunk that does not fit", []answers.ManifestChange{change("a", ten)}, head + 25, []string{hunks(1, 2)}, "… 8 more lines in 1 resource"},
		{"line numbers do not stand alone", []answers.ManifestChange{change("a", ten)}, head + 14, []string{""}, "… 11 more lines in 1 resource"},
		{"a small one beside a large one", []answers.ManifestChange{change("a", hunks(100, 100)), change("b", two)}, 2*head + 2*utf8.RuneCountInString(two), []string{hunks(1, 6), two}, "… 10093 more lines in 1 resource"},
		{"no room for the second", []answers.ManifestChange{change("a", two), change("b", two), change("c", two)}, head + 60, []string{two}, "… 12 more lines in 2 resources"},
		{"no room at all", []answers.ManifestChange{change("a", two)}, 0, nil, "… 6 more lines in 1 resource"},
		{"nothing", nil, 0, nil, ""},
	} {
		fitted, left := overlay.Fit(test.changes, test.most)
		var got []string
		for _, c := range fitted {
			got = append(got, c.Diff)
		}
		if diff := cmp.Diff(test.want, got); diff != "" || left != test.left {
			t.Errorf("%s: %q, -want +got\n%s", test.name, left, diff)
		}
	}
}

// TestFitAlwaysFits has random diffs, from nothing to enormous ones, and budgets.
func TestFitAlwaysFits(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		changes := make([]answers.ManifestChange, random.IntN(60))
		total := 0
		for i := range changes {
			changes[i] = change(strings.Repeat("n", random.IntN(300)), hunks(random.IntN(1<<random.IntN(8)), random.IntN(1<<random.IntN(8))))
			total += strings.Count(changes[i].Diff, "\n")
		}
		most := random.IntN(1 << (1 + random.IntN(20)))
		fitted, left := overlay.Fit(changes, most)
		size, lines := 0, 0
		for i, c := range fitted {
			size += utf8.RuneCountInString(c.Kind + c.Namespace + c.Name + c.Diff)
			lines += strings.Count(c.Diff, "\n")
			if !strings.HasPrefix(changes[i].Diff, c.Diff) || c.Name != changes[i].Name {
				t.Fatal("what is left is not how it began")
			}
		}
		if size > most {
			t.Fatalf("%d characters in a budget of %d", size, most)
		}
		want := fmt.Sprintf("… %d more line", total-lines)
		if (left == "") != (lines == total && len(fitted) == len(changes)) || left != "" && !strings.HasPrefix(left, want) {
			t.Fatalf("%q, where %d of %d lines are left", left, lines, total)
		}
	}
}
