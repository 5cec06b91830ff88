package terminal_test

import "github.com/davidaparicio/kargo-bot/internal/chatops"

var octocat = chatops.Actor{Source: chatops.SourceGitHub, ID: "octocat", Name: "octocat"}

// running is the card of a promotion at its fourth step.
func running() chatops.Card {
	return chatops.Card{
		Title: "Promote red to production", State: chatops.StateRunning, Status: "3 of 5 · 0:42",
		Facts: []chatops.Text{
			chatops.Line(chatops.Plain("3.1.0 → "), chatops.Bold("3.2.0")),
			chatops.Line(chatops.Plain("Freight "), chatops.Code("rafting-starfish")),
			chatops.Line(chatops.Plain("asked by "), chatops.Mention(octocat)),
		},
		Steps: []chatops.Step{
			{Name: "git-clone", State: chatops.StepSucceeded}, {Name: "git-commit", State: chatops.StepSkipped},
			{Name: "git-push", State: chatops.StepRunning}, {Name: "argocd-update", State: chatops.StepWaiting},
		},
		Actions: []chatops.Action{{Label: "Abort", Command: "/abort red production", Style: chatops.StyleDanger}},
		Links:   []chatops.Link{{Label: "Open in Kargo", URL: "https://kargo.acme.dev/project/microsvcs/stage/red-production"}},
	}
}

// status is a card of what runs where.
func status() chatops.Card {
	cell := func(text string) chatops.Text { return chatops.Line(chatops.Plain(text)) }
	return chatops.Card{
		Title: "What runs where", State: chatops.StateInfo,
		Table: &chatops.Table{
			Columns: []string{"", "development", "staging", "production"},
			Rows: [][]chatops.Text{
				{chatops.Line(chatops.Bold("red")), cell("sha-4f2c1aa"), cell("3.2.0 ✓"), cell("3.1.0 ✓ 3.2.0 waits")},
				{chatops.Line(chatops.Bold("größe")), cell("sha-77aa310"), cell("3.3.2 ✗ verification failed")},
			},
		},
		Body: []chatops.Text{chatops.Line(chatops.Plain("As of "), chatops.Code("12:04 UTC"), chatops.Plain(". "), chatops.LinkTo("More", "https://acme.dev/more"))},
	}
}

// diff is a card of what ships, with everything that a section can have.
func diff() chatops.Card {
	plain := func(text string) chatops.Text { return chatops.Line(chatops.Plain(text)) }
	return chatops.Card{
		Title: "red: production 3.1.0 → staging 3.2.0", State: chatops.StateInfo, Body: []chatops.Text{plain("2 commits.")},
		Sections: []chatops.Section{
			{Title: "2 commits", Lines: []chatops.Text{
				chatops.Line(chatops.Bold("feat(red)!: drop /v1"), chatops.Plain(" ("), chatops.LinkTo("#214", "https://github.com/acme/app/pull/214"), chatops.Plain(", hubot)")),
				plain("fix(red): retry on 429\nand more (#218, octocat)"), {},
			}},
			{Title: "Release notes of 3.2.0", Lines: []chatops.Text{chatops.Line(chatops.Bold("Bug Fixes")), plain("• retry on 429"), plain("  • and on 503")}},
			{Title: "Manifests", Language: "diff", Quote: "--- a/deployment.yaml\n+++ b/deployment.yaml\n@@ -20,3 +20,3 @@\n" +
				"       containers:\n-        - image: ghcr.io/acme/red:3.1.0\n+        - image: ghcr.io/acme/red:3.2.0\n"},
			{Title: "Values", Language: "yaml", Quote: "- red\n- blue"},
			{Title: "No warnings"},
			{Title: " \n", Lines: []chatops.Text{{}}, Quote: "\n"},
		},
		Actions: []chatops.Action{{Label: "Promote", Command: "/promote red production 3.2.0"}},
	}
}

// hostileSections is a card of which all sections come from somebody who means harm.
func hostileSections() chatops.Card {
	return chatops.Card{Title: "Sections", Sections: []chatops.Section{
		{Title: "two\nlines\x1b[2J", Lines: []chatops.Text{chatops.Line(chatops.Plain("\x1b[31mred\r\b  two\nlines"), chatops.Code("\u009b0m \u202Ea"))}},
		{Title: "", Language: "diff", Quote: "+\x1b]0;owned\a\ttab\x1b[\t31m\r\n-\xff\u2028@@ \x00\n"},
	}}
}

// hostile is a card of which everything comes from somebody who means harm.
func hostile() chatops.Card {
	const bell, erase, title, c1 = "\a", "\x1b[2J\x1b[1;1H", "\x1b]0;owned\a", "\u009b31m"
	return chatops.Card{
		Title: "Promote " + erase + "red\nto" + title + " production", State: chatops.StateFailed, Status: c1 + "1 of 1\r\n2 of 2",
		Facts: []chatops.Text{chatops.Line(chatops.Code("\x1bcreset"), chatops.Mention(chatops.Actor{ID: "\x1b[31mocto\bcat"}))},
		Steps: []chatops.Step{{Name: "git\rclone\x1b[A", State: chatops.StepFailed}},
		Table: &chatops.Table{
			Columns: []string{"a\tb", "\x1b]8;;https://evil.example\x1b\\c\x1b]8;;\x1b\\"},
			Rows: [][]chatops.Text{
				{chatops.Line(chatops.Plain("two\nlines")), chatops.Line(chatops.Bold("\x1b[1mbold\x1b[0m"))},
				{chatops.Line(chatops.Plain("right to left \u202Egnp.exe"))},
				{nil, nil, chatops.Line(chatops.Plain("a third cell of two"))},
			},
		},
		Body: []chatops.Text{
			chatops.Line(chatops.Plain("first\u2028second\u0085third\n\n")),
			chatops.Line(chatops.Plain("\x1bP1$r q\x1b\\an \xff unfinished \x1b]0;"+bell), chatops.LinkTo("link", "https://acme.dev/\x1b[31m\n")),
		},
		Actions: []chatops.Action{{Label: "Abort\x1b[5m", Command: "/abort red\n/promote red production\x1b[0m"}},
		Links:   []chatops.Link{{Label: "Kargo\x1b(0", URL: "https://kargo.acme.dev/\x7f"}},
	}
}
