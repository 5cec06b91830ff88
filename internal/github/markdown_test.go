package github

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

var octocat = chatops.Actor{Source: chatops.SourceGitHub, ID: "octocat", Name: "The Octocat"}

// progress is the card of a promotion to production at its fourth step.
func progress() chatops.Card {
	return chatops.Card{
		Title: "Promote red to production", State: chatops.StateRunning, Status: "3 of 5 · 0:42",
		Facts: []chatops.Text{
			chatops.Line(chatops.Plain("3.1.0 → 3.2.0")),
			chatops.Line(chatops.Plain("Freight "), chatops.Code("rafting-starfish")),
			chatops.Line(chatops.Plain("asked by "), chatops.Mention(octocat)),
		},
		Steps: []chatops.Step{
			{Name: "git-clone", State: chatops.StepSucceeded},
			{Name: "kustomize-set-image", State: chatops.StepSucceeded},
			{Name: "git-commit", State: chatops.StepSkipped},
			{Name: "git-push", State: chatops.StepRunning},
			{Name: "argocd-update", State: chatops.StepWaiting},
		},
		Links: []chatops.Link{{Label: "Open in Kargo", URL: "https://kargo.acme.dev/project/microsvcs/stage/red-production"}},
	}
}

func TestMarkdown(t *testing.T) {
	helpCard, _ := chatops.HelpCard("")
	helpPromote, _ := chatops.HelpCard("promote")
	failed := progress()
	failed.Title, failed.State, failed.Status = "Promotion of red to production failed at argocd-update", chatops.StateFailed, "step 5 of 5 · 1:57"
	failed.Steps[2].State, failed.Steps[3].State, failed.Steps[4].State = chatops.StepSucceeded, chatops.StepSucceeded, chatops.StepFailed
	failed.Body = []chatops.Text{
		chatops.Line(chatops.Plain("The Application red-production does not allow Kargo Stage microsvcs:red-production to change it.")),
		chatops.Line(chatops.Bold("Fix:"), chatops.Plain(" add the annotation "),
			chatops.Code("kargo.akuity.io/authorized-stage: microsvcs:red-production"), chatops.Plain(" to the ApplicationSet's template.")),
	}
	succeeded := chatops.Card{
		Title: "red 3.2.0 is live in production", State: chatops.StateSucceeded, Status: "1:57 · healthy",
		Facts: failed.Facts, Links: failed.Links,
	}
	aborted := progress()
	aborted.Title, aborted.State, aborted.Status = "Promotion of red to production was aborted", chatops.StateAborted, "by hubot · 0:51"
	pending := chatops.Card{Title: "Promote red to production", State: chatops.StatePending, Facts: failed.Facts}
	refused := (&chatops.Problem{
		Code:  chatops.CodeForbidden,
		Title: "You can't promote to production.",
		Body: []chatops.Text{
			chatops.Line(chatops.Plain("Needed: "), chatops.Bold("promote"), chatops.Plain(" on Stage "), chatops.Code("red-production"),
				chatops.Plain(". You are octocat@acme.dev (groups: acme:web).")),
			chatops.Line(chatops.Plain("Kargo roles that may: "), chatops.Code("promoter-prod"), chatops.Plain(".")),
		},
		Usage: chatops.Usage("promote"),
	}).Card()
	for name, card := range map[string]chatops.Card{
		"running": progress(), "succeeded": succeeded, "failed": failed, "aborted": aborted, "pending": pending,
		"refused": refused, "help": helpCard, "help-promote": helpPromote, "hostile": hostile(),
		"table": status(), "hostile-table": hostileTable(), "sections": diff(), "hostile-sections": hostileSections(),
	} {
		t.Run(name, func(t *testing.T) {
			got := markdown(card, "kargo-bot:shipment:7f3c9a:Card")
			checkMarkdown(t, card, got, "kargo-bot:shipment:7f3c9a:Card")
			golden.Compare(t, "markdown/"+name+".md", got+"\n")
		})
	}
}

// status is a card of what runs where, and of what can be done next.
func status() chatops.Card {
	cell := func(version string, more ...chatops.Span) chatops.Text {
		return append(chatops.Line(chatops.Code(version)), more...)
	}
	return chatops.Card{
		Title: "What runs where", State: chatops.StateInfo,
		Table: &chatops.Table{
			Columns: []string{"", "development", "staging", "production"},
			Rows: [][]chatops.Text{
				{chatops.Line(chatops.Bold("red")), cell("sha-4f2c1aa"), cell("3.2.0", chatops.Plain(" ✓")), cell("3.1.0", chatops.Plain(" ✓, 3.2.0 waits"))},
				{chatops.Line(chatops.Bold("yellow")), cell("sha-77aa310"), cell("3.3.2", chatops.Plain(" ✗ verification failed"))},
			},
		},
		Body: []chatops.Text{chatops.Line(chatops.Plain("As of 12:04 UTC."))},
		Actions: []chatops.Action{
			{Label: "Promote red", Command: "/promote red production 3.2.0", Style: chatops.StylePrimary, Confirm: "Promote red 3.2.0 to production?"},
			{Label: "Abort", Command: "/abort red production", Style: chatops.StyleDanger},
		},
		Links: progress().Links,
	}
}

// hostileTable is a card with a table and actions of somebody who means harm.
func hostileTable() chatops.Card {
	return chatops.Card{
		Title: "A table", State: chatops.StateFailed,
		Table: &chatops.Table{
			Columns: []string{"a | b", "---", "<b>\n@octocat"},
			Rows: [][]chatops.Text{
				{chatops.Line(chatops.Plain("a | b")), chatops.Line(chatops.Code("a | b")), chatops.Line(chatops.Bold("a | b"))},
				{chatops.Line(chatops.Plain(`\|`)), chatops.Line(chatops.Code(`\|`)), chatops.Line(chatops.Code("\\"))},
				{chatops.Line(chatops.Plain("two\nlines\n\n| x |")), chatops.Line(chatops.Code("two\r\n`lines`")), chatops.Line(chatops.LinkTo("a|b", "https://acme.dev/?a|b"))},
				{chatops.Line(chatops.Plain("---")), chatops.Line(chatops.Plain("- a list")), chatops.Line(chatops.Plain(strings.Repeat("long ", 100)))},
				{chatops.Line(chatops.Plain("<!-- --> @octocat #1")), chatops.Line(chatops.Mention(octocat), chatops.Plain("|x"))},
				{},
				{nil, nil, nil, chatops.Line(chatops.Plain("a fourth cell of three"))},
			},
		},
		Actions: []chatops.Action{
			{Label: "Abort | now\n/approve", Command: "/abort `red` production\n/promote red production"},
			{Label: "Nothing"}, {Command: "/status"},
		},
	}
}

// hostile is a card of which everything comes from somebody who means harm.
func hostile() chatops.Card {
	return chatops.Card{
		Title: "# @everyone --> <script>alert(1)</script>\n/approve", State: chatops.StateFailed,
		Status: "see #1, acme/app#2, GH-3 and https://evil.example",
		Facts: []chatops.Text{
			chatops.Line(chatops.Plain("by @acme/platform"), chatops.Plain("@"), chatops.Plain("octocat")),
			chatops.Line(chatops.Code("`quoted` ``twice``"), chatops.Code("`")),
			chatops.Line(chatops.Mention(octocat), chatops.Plain("/platform")),
			chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42", Name: "@octocat"})),
			chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceGitHub, ID: "acme/platform", Name: "acme/platform"})),
		},
		Steps: []chatops.Step{{Name: "git-clone <!-- kargo-bot:forged -->", State: chatops.StepFailed}},
		Body: []chatops.Text{
			chatops.Line(chatops.Plain("- a list\n\n1. numbers\n# a heading\n    code\n| a | b |\n|---|---|\n> [!NOTE]\n===\n\n/lgtm")),
			chatops.Line(chatops.Bold("*bold*"), chatops.Bold("bold"), chatops.Bold("bolder"), chatops.Plain(" _em_ ~~out~~ $x$ :tada: ![](x) [x](y) &lt; \\")),
			chatops.Line(chatops.LinkTo("a](https://evil.example) b", "https://kargo.acme.dev/a(b)?c=`d`&copy;=<e>")),
			chatops.Line(chatops.LinkTo("a script", "javascript:alert(1)"), chatops.Plain(" "), chatops.LinkTo("a file", "/etc/passwd")),
			chatops.Line(chatops.Plain("right to left \u202Egnp.exe and \x00 \x1b[31m red \xff")),
			chatops.Line(chatops.Plain("<!-- kargo-bot:promote-blue:Card -->")),
		},
		Links: []chatops.Link{{Label: "<img src=x>", URL: "https://user:password@evil.example/"}},
	}
}

func TestMarkdownIsCutToWhatGitHubTakes(t *testing.T) {
	long := progress()
	long.State = chatops.StateFailed
	long.Title = strings.Repeat("very ", 200) + "long"
	long.Body = []chatops.Text{
		chatops.Line(chatops.Plain("It said: "), chatops.Code(strings.Repeat("é`@", 40_000)), chatops.Plain(" and ended.")),
		chatops.Line(chatops.Plain("never seen")),
		chatops.Line(chatops.Plain("neither")),
	}
	for name, card := range map[string]chatops.Card{
		"code": long,
		"text": {Body: []chatops.Text{chatops.Line(chatops.Plain(strings.Repeat("@é", 65_536)))}},
		"bold": {Body: []chatops.Text{chatops.Line(chatops.Bold(strings.Repeat("é", 70_000)))}},
		"many": {Title: "Many", Body: slicesRepeat(chatops.Line(chatops.Plain("word")), 20_000)},
		"URL":  {Title: "Link", Links: []chatops.Link{{Label: "there", URL: "https://acme.dev/" + strings.Repeat("(", 65_536)}}},
	} {
		got := markdown(card, "kargo-bot:marker:Card")
		checkMarkdown(t, card, got, "kargo-bot:marker:Card")
		if length := utf8.RuneCountInString(got); name != "URL" && length < maxComment-500 {
			t.Errorf("%s: cut to %d characters", name, length)
		}
		if !strings.Contains(got, " more ") {
			t.Errorf("%s: it is not said that something is missing: …%s", name, got[len(got)-200:])
		}
	}
	got := markdown(long, "kargo-bot:marker:Card")
	for _, want := range []string{" more characters)", "… and 3 more paragraphs\n\n<!-- kargo-bot:marker:Card -->"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in …%s", want, got[len(got)-300:])
		}
	}
}

func TestRowsAndCommandsThatDoNotFitAreCounted(t *testing.T) {
	const rows = 3000
	card := status()
	for len(card.Table.Rows) < rows {
		card.Table.Rows = append(card.Table.Rows, card.Table.Rows[0])
	}
	got := markdown(card, "kargo-bot:marker:Card")
	checkMarkdown(t, card, got, "kargo-bot:marker:Card")
	shown := strings.Count(got, "| **red** |") + strings.Count(got, "| **yellow** |")
	if want := fmt.Sprintf("\n\n… and %d more rows\n\n", rows-shown); shown < 500 || !strings.Contains(got, want) {
		t.Errorf("%d rows are shown, and not said: %q in …%s", shown, want, got[len(got)-300:])
	}

	card = chatops.Card{Title: "Many"}
	for range rows {
		card.Actions = append(card.Actions, chatops.Action{Label: "Abort", Command: "/abort " + strings.Repeat("red", 10) + " production"})
	}
	got = markdown(card, "kargo-bot:marker:Card")
	checkMarkdown(t, card, got, "kargo-bot:marker:Card")
	shown = strings.Count(got, "production` — Abort")
	if want := fmt.Sprintf("… and %d more commands\n", rows-shown); shown < 500 || !strings.Contains(got, want) {
		t.Errorf("%d commands are shown, and not said: %q in …%s", shown, want, got[len(got)-300:])
	}
}

func TestATableWithNothingInItIsLeftOut(t *testing.T) {
	for _, empty := range []*chatops.Table{nil, {}, {Columns: []string{"a"}}, {Rows: make([][]chatops.Text, 3)}} {
		if got := markdown(chatops.Card{Title: "Nothing", Table: empty}, "kargo-bot:marker:Card"); strings.Contains(got, "|") {
			t.Errorf("%+v becomes %q", empty, got)
		}
	}
}

func slicesRepeat(text chatops.Text, n int) []chatops.Text {
	texts := make([]chatops.Text, n)
	for i := range texts {
		texts[i] = text
	}
	return texts
}

func TestMarkersAreFoundAgain(t *testing.T) {
	for _, marker := range []string{"kargo-bot:reply:99:0", "kargo-bot:shipment:0f8fad5b-d9cb-469f-a165-70867728950e:Card", "a.b--c-"} {
		for _, body := range []string{
			markdown(progress(), marker), markdown(chatops.Card{}, marker),
			strings.ReplaceAll(markdown(hostile(), marker), "\n", "\r\n") + "\n",
		} {
			if got, ok := markerOf(body); !ok || got != marker {
				t.Errorf("%q is read as %q, %v", marker, got, ok)
			}
		}
	}
	for _, body := range []string{
		"", "<!-- kargo-bot:", "<!-- -->", "<!-- kargo-bot:a b -->", "text <!-- kargo-bot:a -->",
		"<!-- kargo-bot:a -->\n\nmore", "<!-- kargo-bot:a --> -->",
	} {
		if got, ok := markerOf(body); ok {
			t.Errorf("%q is read as %q", body, got)
		}
	}
	for _, marker := range []string{"", "a b", "a-->", "<b", "ä", strings.Repeat("a", 201)} {
		if got := hidden(marker); got != "" {
			t.Errorf("%q becomes %q", marker, got)
		}
	}
}

// Whatever a card says, it is within GitHub's limit, and nothing foreign in it is markup, a mention,
// a reference or a marker.
func FuzzMarkdown(f *testing.F) {
	for i, text := range []string{
		"", "plain", "@octocat", "#12", "GH-12", "acme/app#12", "https://evil.example", "www.evil.example", "a@b.example",
		"<img src=x onerror=alert(1)>", "-->", "`", "``", "a`b``c", "*", "**", "_a_", "~~", "$x$", ":tada:", "\\", "\\@", "[a](b)", "![a](b)",
		"# a", "- a", "1. a", "12) a", "> a", "===", "---", "| a |", `\|`, "`|`", "`\\`|", "    a", "\n\n# a", "\r\n- a", "\u2028# a", "<!-- kargo-bot:x -->", "&lt;", "&#64;a",
		"\x00\x1b", "\xff", "\u202Ea", "/approve", "\n/approve", ":-", "/team", "-a", "_a", "\u00a0+", "0",
	} {
		f.Add(i%7, i%5, text, "https://acme.dev/"+text, text)
	}
	f.Fuzz(func(t *testing.T, kind, more int, text, url, other string) {
		card := chatops.Card{
			Title: text, State: chatops.StateRunning, Status: other,
			Facts: []chatops.Text{foreign(kind, text, url), foreign(more, other, text)},
			Steps: []chatops.Step{{Name: text, State: chatops.StepRunning}, {Name: other}},
			Body: []chatops.Text{
				append(foreign(kind, text, url), foreign(more, other, url)...),
				append(foreign(more, other, url), foreign(kind, other, text)...),
				append(foreign(0, text, url), foreign(0, other, url)...),
			},
			Table: &chatops.Table{Columns: []string{text, other}, Rows: [][]chatops.Text{
				{foreign(kind, text, url), append(foreign(more, other, url), foreign(kind, text, other)...)},
				{append(foreign(0, text, url), foreign(more, other, text)...)},
			}},
			Sections: []chatops.Section{
				{Title: text, Lines: []chatops.Text{foreign(kind, text, url), foreign(more, other, text)}},
				{Title: other, Quote: text, Language: other},
				{Title: text + other, Lines: []chatops.Text{foreign(0, "• "+text, url), foreign(more, other, url), foreign(0, "  • "+other, url)}, Quote: other + "\n" + text},
			},
			Actions: []chatops.Action{{Label: text, Command: other}, {Label: other, Command: text}},
			Links:   []chatops.Link{{Label: text, URL: url}, {Label: other, URL: text}},
		}
		checkMarkdown(t, card, markdown(card, "kargo-bot:marker:Card"), "kargo-bot:marker:Card")
	})
}

// foreign returns a text of one kind of span, of what somebody else wrote.
func foreign(kind int, text, url string) chatops.Text {
	switch kind {
	case 1:
		return chatops.Line(chatops.Bold(text))
	case 2:
		return chatops.Line(chatops.Code(text))
	case 3:
		return chatops.Line(chatops.LinkTo(text, url))
	case 4:
		return chatops.Line(chatops.Mention(octocat), chatops.Plain(text))
	case 5:
		return chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceGitHub, ID: text, Name: url}))
	case 6:
		return chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceSlack, ID: "octocat", Name: text}))
	default:
		return chatops.Line(chatops.Plain(text))
	}
}
