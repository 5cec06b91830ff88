package github

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// diff is a card of what ships, with everything that a section can have.
func diff() chatops.Card {
	plain := func(text string) chatops.Text { return chatops.Line(chatops.Plain(text)) }
	return chatops.Card{
		Title: "red: production 3.1.0 → staging 3.2.0", State: chatops.StateInfo,
		Body: []chatops.Text{chatops.Line(chatops.Bold("1 breaking change"), chatops.Plain(", 4 commits, 3 pull requests."))},
		Sections: []chatops.Section{
			{Title: "4 commits", Lines: []chatops.Text{
				chatops.Line(chatops.Bold("feat(red)!: drop /v1"), chatops.Plain(" ("), chatops.LinkTo("#214", "https://github.com/acme/app/pull/214"), chatops.Plain(", hubot)")),
				plain("fix(red): retry on 429 (#218, octocat)"), plain("- not a list\n\n    nor code"), plain("chore: `go mod tidy`"),
			}},
			{Title: "Release notes of 3.2.0", Lines: []chatops.Text{
				chatops.Line(chatops.Bold("⚠ BREAKING CHANGES")), plain("• /v1 is gone"), plain("  • and so is /v0"), plain("      • and more"), plain("• it is 2026"),
				chatops.Line(chatops.Bold("Bug Fixes")), plain("with a line below"), plain("• retry on 429"),
			}},
			{Title: "Manifests: 1 of 3 changes", Language: "diff", Quote: "--- a/deployment.yaml\n+++ b/deployment.yaml\n@@ -20,5 +20,5 @@\n" +
				"       containers:\n-        - image: ghcr.io/acme/red:3.1.0\n+        - image: ghcr.io/acme/red:3.2.0\n \tname: ```red```\n"},
			{Title: "No warnings"},
		},
		Actions: []chatops.Action{{Label: "Promote", Command: "/promote red production 3.2.0"}},
		Links:   []chatops.Link{{Label: "Compare", URL: "https://github.com/acme/app/compare/red/3.1.0...red/3.2.0"}},
	}
}

// hostileSections is a card of which all sections come from somebody who means harm.
func hostileSections() chatops.Card {
	const all = "<b>@octocat #1 GH-2 acme/app#3 https://evil.example www.evil.example `a` *b* _c_ ~d~ $e$ [f](g) ![h](i) :tada: \\ | & &amp; &#64;x --> </summary></details>"
	line := func(text string) chatops.Text { return chatops.Line(chatops.Plain(text)) }
	return chatops.Card{Title: "Sections", Sections: []chatops.Section{
		{Title: all, Lines: []chatops.Text{line(all), chatops.Line(chatops.Code(all)), chatops.Line(chatops.Bold(all)), line("</details>"), line("<!-- kargo-bot:x -->")}},
		{Title: "a\n\n# b\r\n</details>", Lines: []chatops.Text{line("---"), line("1. a"), line("- - a"), line("# a"), line("> a"), line("    a"), line("[ ] a"), line("```"), line("~~~\n"), line("| a |\n|---|"), line("/lgtm"), {}}},
		{Title: "", Quote: "```\n</details>\n````` \n~~~\n\n<!-- kargo-bot:x -->\n@octocat #1\n\x1b[31m\u202Ea\r\n| a |\n/lgtm\n", Language: "diff\n```"},
		{Title: strings.Repeat("`$é", 400), Lines: []chatops.Text{line("• "), line("• - a"), line("          • # b"), line("•    c"), line("===")}},
		{Title: " \n", Lines: []chatops.Text{line(" ")}, Quote: "\n\n"},
	}}
}

// A big section leaves room for a small one, and for what stands below.
func TestBigSectionsLeaveRoom(t *testing.T) {
	card := diff()
	row := strings.Repeat("x", 90)
	card.Sections[2].Quote = strings.Repeat("+"+row+"\n", 30_000)
	commits := make([]chatops.Text, 40_000)
	for i := range commits {
		commits[i] = chatops.Line(chatops.Plain(fmt.Sprintf("fix: commit %d %s", i, row)))
	}
	card.Sections[0].Lines = commits
	got := markdown(card, "kargo-bot:marker:Card")
	checkMarkdown(t, card, got, "kargo-bot:marker:Card")
	if length := utf8.RuneCountInString(got); length < maxComment-500 {
		t.Errorf("cut to %d characters", length)
	}
	shown, quoted := strings.Count(got, "\n- fix: commit "), strings.Count(got, "\n+x")
	if shown < 280 || quoted < 280 {
		t.Errorf("%d commits and %d lines are shown", shown, quoted)
	}
	for _, want := range []string{
		fmt.Sprintf("\n\n… and %d more lines\n\n</details>", len(commits)-shown),
		fmt.Sprintf("\n```\n\n… and %d more lines\n\n</details>", 30_000-quoted),
		"- retry on 429\n\n</details>", "`/promote red production 3.2.0` — Promote\n\n[Compare]",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
}

// A body that is too long leaves room for what is folded.
func TestALongBodyLeavesRoomForSections(t *testing.T) {
	card := diff()
	card.Body = slicesRepeat(chatops.Line(chatops.Plain(strings.Repeat("word ", 200))), 500)
	got := markdown(card, "kargo-bot:marker:Card")
	checkMarkdown(t, card, got, "kargo-bot:marker:Card")
	for _, want := range []string{"more paragraphs\n\n<details>", "(\\#&#8203;218, octocat)", "**No warnings**", "[Compare]"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q", want)
		}
	}
}

func TestSectionsThatDoNotFitAreCounted(t *testing.T) {
	card := diff()
	for i := range 3000 {
		card.Sections = append(card.Sections, chatops.Section{Title: fmt.Sprintf("Service %d", i), Lines: card.Body})
	}
	got := markdown(card, "kargo-bot:marker:Card")
	checkMarkdown(t, card, got, "kargo-bot:marker:Card")
	shown := strings.Count(got, "<summary>") + strings.Count(got, "**No warnings**")
	if want := fmt.Sprintf("</details>\n\n… and %d more sections\n\n`/promote", len(card.Sections)-shown); shown < 500 || !strings.Contains(got, want) {
		t.Errorf("%d sections are shown, and not said: %q", shown, want)
	}
}

// counted finds how many lines a section says to be missing.
var counted = regexp.MustCompile(`(?m)^… and (\d+) more lines?$`)

// TestAnySectionsFit makes twenty cards, the same in every run, of sections of all sizes.
func TestAnySectionsFit(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"red", " ", "`", "```", "@octocat", "#1", "$", "<", "&amp;", "\\", "é", "\U0001F680", "- ", "|", "\x00", "\t", "\u202e", "</details>"}
	text := func(most int) string {
		var b strings.Builder
		for range random.IntN(most) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	size := func() int { return []int{0, 1, 3, 30, 600}[random.IntN(5)] }
	for range 20 {
		card := chatops.Card{Title: text(30), Body: slicesRepeat(chatops.Line(chatops.Plain(text(200))), size())}
		want := 0
		for range random.IntN(8) {
			s := chatops.Section{Title: "T" + text(200), Language: "diff"}
			for i := range size() {
				s.Lines = append(s.Lines, append(foreign(random.IntN(5), text(80), "https://acme.dev/"+text(9)), chatops.Plain(fmt.Sprintf("§%d", i))))
			}
			for range size() {
				s.Quote += "§" + text(80) + "\n"
			}
			want += len(s.Lines) + strings.Count(s.Quote, "\n")
			card.Sections = append(card.Sections, s)
		}
		for range size() / 2 {
			card.Actions = append(card.Actions, chatops.Action{Label: "Abort", Command: "/abort " + text(20)})
		}
		got := markdown(card, "kargo-bot:marker:Card")
		checkMarkdown(t, card, got, "kargo-bot:marker:Card")
		if strings.Contains(got, "more section") {
			t.Fatal("there is room for eight titles")
		}
		shown, missing := strings.Count(got, "§"), 0
		for _, found := range counted.FindAllStringSubmatch(got, -1) {
			n, _ := strconv.Atoi(found[1])
			missing += n
		}
		if shown+missing != want {
			t.Fatalf("%d lines are shown and %d missing of %d", shown, missing, want)
		}
	}
}
