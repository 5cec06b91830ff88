package slack

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// diffCard has everything that a section can have.
func diffCard() chatops.Card {
	plain := func(text string) chatops.Text { return chatops.Line(chatops.Plain(text)) }
	return chatops.Card{
		Title: "red: production 3.1.0 → staging 3.2.0", State: chatops.StateInfo,
		Body: []chatops.Text{chatops.Line(chatops.Bold("1 breaking change"), chatops.Plain(", 4 commits, 3 pull requests."))},
		Sections: []chatops.Section{
			{Title: "3 commits", Lines: []chatops.Text{
				chatops.Line(chatops.Bold("feat(red)!: drop /promote"), chatops.Plain(" ("), chatops.LinkTo("#214", "https://github.com/acme/app/pull/214"), chatops.Plain(", hubot)")),
				plain("fix(red): <!channel>\nretry on 429 (#218, octocat)"), {}, plain("chore: `go mod tidy`"),
			}},
			{Title: "Release notes of 3.2.0", Lines: []chatops.Text{
				chatops.Line(chatops.Bold("⚠ BREAKING CHANGES")), plain("• /v1 is gone"), plain("  • and so is /v0"),
			}},
			{Title: "Manifests: 1 of 3 changes", Language: "diff", Quote: "\n--- a/deployment.yaml\n+++ b/deployment.yaml\n@@ -20,5 +20,5 @@\r\n" +
				"       containers:\n-        - image: ghcr.io/acme/red:3.1.0\n+        - image: ghcr.io/acme/red:3.2.0\n \tname: \"```<red>\"\x1b[31m\n"},
			{Title: "No warnings"},
			{Title: " \n", Lines: []chatops.Text{plain(" ")}, Quote: "\n"},
		},
		Actions: []chatops.Action{{Label: "Promote", Command: "/promote red production 3.2.0"}},
		Links:   []chatops.Link{{Label: "Compare", URL: "https://github.com/acme/app/compare/red/3.1.0...red/3.2.0"}},
	}
}

// longDiffCard has that many commits and lines of manifests.
func longDiffCard(commits, rows int) chatops.Card {
	card := diffCard()
	card.Sections[0].Title, card.Sections[0].Lines = fmt.Sprintf("%d commits", commits), nil
	for i := range commits {
		card.Sections[0].Lines = append(card.Sections[0].Lines, chatops.Line(chatops.Plain(fmt.Sprintf("fix: commit %d ", i)),
			chatops.LinkTo(fmt.Sprintf("#%d", i), fmt.Sprintf("https://github.com/acme/app/pull/%d", i))))
	}
	card.Sections[2].Quote = strings.Repeat("+        - image: ghcr.io/acme/\"red\":3.2.0\n", rows)
	return card
}

// Big sections share the room that is left, and small ones are whole.
func TestBigSectionsLeaveRoom(t *testing.T) {
	const commits, rows = 20_000, 30_000
	m := renderCard(longDiffCard(commits, rows), noteHere("kargo-bot"))
	checkLimits(t, m)
	if size := jsonSize(m.blocks); size > maxMessage || size < maxMessage-300 {
		t.Errorf("%d characters of JSON", size)
	}
	said := blockkit.PlainText(blocksJSON(t, m), nil)
	shown, quoted := strings.Count(said, "• fix: commit "), strings.Count(said, "+        - image")
	if shown < 30 || quoted < 70 {
		t.Errorf("%d commits and %d lines are shown", shown, quoted)
	}
	for _, want := range []string{
		fmt.Sprintf("\n… and %d more\nRelease notes of 3.2.0\n", commits-shown), "  • and so is /v0\n",
		fmt.Sprintf("\n… and %d more lines\nNo warnings\n[Promote]\nCompare\n", rows-quoted),
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if want := "3 pull requests.\n20000 commits\nRelease notes of 3.2.0\nManifests: 1 of 3 changes\nNo warnings\n"; !strings.Contains(m.text, want) {
		t.Errorf("what is read out is %q", m.text)
	}
}

func TestSectionsThatDoNotFitAreCounted(t *testing.T) {
	long := chatops.Line(chatops.Plain(strings.Repeat("word ", 500)))
	for name, test := range map[string]struct {
		paragraphs, sections, least int
	}{
		"many sections":            {0, 500, 40},
		"no block is left":         {60, 3, 0},
		"a block and no more":      {maxParagraphs - 1, 100, 1},
		"nothing is left of these": {0, 0, 0},
	} {
		card := diffCard()
		card.Sections = nil
		for range test.paragraphs {
			card.Body = append(card.Body, chatops.Line(chatops.Plain("word")))
		}
		for i := range test.sections {
			card.Sections = append(card.Sections, chatops.Section{Title: fmt.Sprintf("Service %d", i), Lines: slices.Repeat([]chatops.Text{long}, 9)})
		}
		m := renderCard(card, noteHere("kargo-bot"))
		checkLimits(t, m)
		said := blockkit.PlainText(blocksJSON(t, m), nil)
		shown := strings.Count(said, "Service ")
		if shown < test.least || strings.Contains(said, "more section") != (shown < test.sections) ||
			shown < test.sections && !strings.Contains(said, "\n… and "+chatops.Count(test.sections-shown, "more section")+"\n[Promote]") {
			t.Errorf("%s: %d of %d sections are shown:\n%s", name, shown, test.sections, said)
		}
	}
}

// A body and a table that take all there is leave room to say that there is more.
func TestSectionsAreNeverForgotten(t *testing.T) {
	card := diffCard()
	card.Table = &chatops.Table{Columns: []string{"a", "b", "c"}}
	for range 300 {
		card.Table.Rows = append(card.Table.Rows, cells("row", strings.Repeat("x", 100), strings.Repeat("y", 100)))
		card.Body = append(card.Body, chatops.Line(chatops.Plain(strings.Repeat("z", 1000))))
	}
	m := renderCard(card, note{})
	checkLimits(t, m)
	if said := blockkit.PlainText(blocksJSON(t, m), nil); !strings.Contains(said, "more section") {
		t.Errorf("nothing says that there is more:\n%s", said)
	}
}

// counted finds how many lines a section says to be missing.
var counted = regexp.MustCompile(`(?m)^… and (\d+) more(?: lines?)?$`)

// TestAnySectionsFit makes cards of sections of all sizes, the same in every run.
func TestAnySectionsFit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"red", " ", "`", "\"", "\\", "<!channel>", "&amp;", "é", "\U0001F680", "\u202e", "\x00", "\xff", "\t", "• "}
	text := func(most int) string {
		var b strings.Builder
		for range random.IntN(most) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	size := func() int { return []int{0, 1, 3, 30, 300}[random.IntN(5)] }
	for range 40 {
		card := chatops.Card{Title: text(30), Body: []chatops.Text{chatops.Line(chatops.Plain(text(200)))}}
		want := 0
		for range random.IntN(8) {
			s := chatops.Section{Title: "T" + text(200)}
			for i := range size() {
				s.Lines = append(s.Lines, chatops.Line(chatops.Plain(text(60)), chatops.LinkTo(text(9), "https://acme.dev/"+text(5)), chatops.Plain(fmt.Sprintf("§%d", i))))
			}
			for range size() {
				s.Quote += "§" + text(80) + "\n"
			}
			want += len(s.Lines) + strings.Count(s.Quote, "\n")
			card.Sections = append(card.Sections, s)
		}
		m := renderCard(card, noteElsewhere("C8", "kargo-bot", false))
		checkLimits(t, m)
		if size := jsonSize(m.blocks); size > maxMessage {
			t.Fatalf("%d characters of JSON", size)
		}
		said := blockkit.PlainText(blocksJSON(t, m), nil)
		shown, missing := strings.Count(said, "§"), 0
		for _, found := range counted.FindAllStringSubmatch(said, -1) {
			n, _ := strconv.Atoi(found[1])
			missing += n
		}
		if shown+missing != want || strings.Contains(said, "more section") {
			t.Fatalf("%d lines are shown and %d missing of %d:\n%s", shown, missing, want, said)
		}
	}
}
