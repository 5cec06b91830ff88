package slack

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

const fix = "kargo.akuity.io/authorized-stage: microsvcs:red-production"

func runningCard() chatops.Card {
	return chatops.Card{
		Title: "Promote red to production", State: chatops.StateRunning, Status: "4 of 5 · 0:42",
		Facts: []chatops.Text{
			chatops.Line(chatops.Plain("3.1.0 → "), chatops.Bold("3.2.0")),
			chatops.Line(chatops.Plain("Freight "), chatops.Code("rafting-starfish")),
			chatops.Line(chatops.Plain("asked by "), chatops.Mention(octocat())),
		},
		Steps: []chatops.Step{
			{Name: "git-clone", State: chatops.StepSucceeded},
			{Name: "kustomize-set-image", State: chatops.StepSucceeded},
			{Name: "git-commit", State: chatops.StepSucceeded},
			{Name: "git-push", State: chatops.StepRunning},
			{Name: "argocd-update", State: chatops.StepWaiting},
		},
		Links: []chatops.Link{{Label: "Open in Kargo", URL: "https://kargo.acme.dev/project/microsvcs/promotion/red-production.01m8.e72fb09"}},
	}
}

func failedCard() chatops.Card {
	card := runningCard()
	card.Title, card.State, card.Status = "Promotion of red to production failed at argocd-update (step 5 of 5)", chatops.StateFailed, "1:12"
	card.Steps[3].State, card.Steps[4].State = chatops.StepSucceeded, chatops.StepFailed
	card.Body = []chatops.Text{
		chatops.Line(chatops.Plain("The Application red-production does not allow Kargo Stage microsvcs:red-production to change it.")),
		chatops.Line(chatops.Plain("Fix: add the annotation "), chatops.Code(fix), chatops.Plain(" to the ApplicationSet's template.")),
	}
	return card
}

func refusedCard() chatops.Card {
	return (&chatops.Problem{
		Code: chatops.CodeForbidden, Title: "You can't promote to production.",
		Body: []chatops.Text{
			chatops.Line(chatops.Plain("Needed: "), chatops.Code("promote"), chatops.Plain(" on Stage "), chatops.Code("red-production"),
				chatops.Plain(". You are "), chatops.Code("octocat@acme.dev"), chatops.Plain(" (groups: "), chatops.Code("acme:web"), chatops.Plain(").")),
			chatops.Line(chatops.Plain("Kargo roles that may: promoter-prod. Ask in "), chatops.LinkTo("#platform", "https://acme.slack.com/archives/C3"), chatops.Plain(".")),
		},
	}).Card()
}

func TestGolden(t *testing.T) {
	help, _ := chatops.HelpCard("")
	helpPromote, _ := chatops.HelpCard("promote")
	_, typo := chatops.Parse("/promte red production")
	succeeded := chatops.Card{
		Title: "red 3.2.0 is live in production", State: chatops.StateSucceeded, Status: "1:57 · healthy",
		Facts: runningCard().Facts, Links: runningCard().Links,
	}
	hostile := chatops.Card{
		Title: "Promote <!channel> & *red*_`x`_ to :boom:", State: chatops.StateFailed, Status: "~1~ of <2>",
		Facts: []chatops.Text{chatops.Line(chatops.Plain("<@U42> &lt;@U43&gt; @here"), chatops.Code("a`b``c"))},
		Steps: []chatops.Step{{Name: "git_clone*\n<!here>", State: chatops.StepFailed}},
		Body: []chatops.Text{
			chatops.Line(chatops.LinkTo("https://bank.example", "javascript:alert(1)"), chatops.Plain(" \u202eevil\x00\x1b[31m <http://x|y>")),
			chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceSlack, ID: "T01/U42> <!channel", Name: "octo"})),
			chatops.Line(chatops.Mention(chatops.Actor{Source: chatops.SourceGitHub, ID: "T01/U42", Name: "hubot"})),
		},
		Links: []chatops.Link{{Label: "x|y>", URL: "https://a.example/<b>|c"}, {Label: "no link", URL: "ftp://a.example"}},
	}
	for name, m := range map[string]rendered{
		"running":         renderCard(runningCard(), note{}),
		"succeeded":       renderCard(succeeded, note{}),
		"failed":          renderCard(failedCard(), note{}),
		"refused":         renderCard(refusedCard(), note{}),
		"typo":            renderCard(typo.Card(), note{}),
		"help":            renderCard(help, note{}),
		"help-promote":    renderCard(helpPromote, note{}),
		"unknown":         renderCard(unknownCard("/promote red production"), note{}),
		"result":          renderResult(chatops.Card{Title: succeeded.Title, State: succeeded.State, Status: succeeded.Status}, octocat(), note{}),
		"result-failed":   renderResult(chatops.Card{Title: failedCard().Title, State: chatops.StateFailed, Status: "1:12", Body: failedCard().Body}, octocat(), note{}),
		"result-direct":   renderResult(chatops.Card{Title: succeeded.Title, State: succeeded.State, Status: succeeded.Status}, octocat(), noteElsewhere("C8", "kargo-bot", true)),
		"not-in-channel":  renderCard(runningCard(), noteHere("kargo-bot")),
		"direct":          renderCard(runningCard(), noteElsewhere("C8", "kargo-bot", false)),
		"direct-from-dm":  renderCard(runningCard(), noteElsewhere("D8", "kargo-bot", false)),
		"hostile":         renderCard(hostile, note{}),
		"partial":         renderCard(partialCard(), note{}),
		"status":          renderCard(statusCard(), note{}),
		"who":             renderCard(twoColumns(), note{}),
		"buttons":         renderCard(buttonsCard(), note{}),
		"hostile-table":   renderCard(hostileTable(), note{}),
		"sections":        renderCard(diffCard(), note{}),
		"release":         renderCalling(releaseCard(), chatops.Actor{}, note{}),
		"release-calling": renderCalling(chatops.Card{Title: "red 3.2.0 has no image yet", State: chatops.StateFailed}, platform(), note{}),
		"alert":           renderResult(alertCard(), platform(), note{}),
		"nothing-to-show": renderCard(chatops.Card{}, note{}),
	} {
		t.Run(name, func(t *testing.T) {
			checkLimits(t, m)
			blocks := blocksJSON(t, m)
			var pretty bytes.Buffer
			if err := json.Indent(&pretty, blocks, "", "  "); err != nil {
				t.Fatal(err)
			}
			golden.Compare(t, "golden/"+name+".json", pretty.String()+"\n")
			names := func(kind byte, id string) (string, bool) {
				name, ok := map[string]string{"U42": "octocat", "C8": "random", "S0123": "platform"}[id]
				return name, ok
			}
			golden.Compare(t, "golden/"+name+".txt", blockkit.PlainText(blocks, names)+"\n\n--- text:\n"+m.text+"\n")
		})
	}
}

func blocksJSON(t *testing.T, m rendered) json.RawMessage {
	t.Helper()
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(m.blocks); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// checkLimits fails the test if Slack would not take the message.
func checkLimits(t *testing.T, m rendered) {
	t.Helper()
	blocks := blocksJSON(t, m)
	if err := blockkit.Validate(blocks); err != nil {
		t.Fatalf("Slack would refuse the blocks: %v\n%s", err, blocks)
	}
	if n := utf8.RuneCountInString(m.text); n == 0 || n > 40_000 || strings.TrimSpace(m.text) == "" {
		t.Fatalf("Slack would refuse a text of %d characters", n)
	}
}

func TestLongCards(t *testing.T) {
	long := strings.Repeat("long ", 2_000)
	card := runningCard()
	card.Title, card.Status = "Promote "+long, long
	card.Facts, card.Body, card.Links, card.Steps = nil, nil, nil, nil
	for range 100 {
		card.Facts = append(card.Facts, chatops.Line(chatops.Plain(long)))
		card.Body = append(card.Body, chatops.Line(chatops.Plain(long)))
		card.Links = append(card.Links, chatops.Link{Label: long, URL: "https://kargo.acme.dev/" + strings.Repeat("x", 1_000)})
		card.Steps = append(card.Steps, chatops.Step{Name: "step", State: chatops.StepSucceeded})
	}
	card.Steps[50].State = chatops.StepRunning
	m := renderCard(card, noteHere("kargo-bot"))
	checkLimits(t, m)
	text := blockkit.PlainText(blocksJSON(t, m), nil)
	for _, want := range []string{
		"… and 97 more",                // facts
		"… 38 before", "… and 38 more", // steps
		"more paragraph", "more character", "/invite @kargo-bot",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the card does not say %q:\n%s", want, text)
		}
	}
}

func TestManyParagraphs(t *testing.T) {
	var card chatops.Card
	for range 200 {
		card.Body = append(card.Body, chatops.Line(chatops.Plain("red"), chatops.Bold("is"), chatops.Plain("live")), chatops.Line(chatops.Plain(" \n")))
	}
	m := renderCard(card, note{})
	checkLimits(t, m)
	text := blockkit.PlainText(blocksJSON(t, m), nil)
	if shown := strings.Count(text, "redislive"); shown != maxParagraphs {
		t.Errorf("%d paragraphs are shown, want %d", shown, maxParagraphs)
	}
	if !strings.Contains(text, "… and 160 more paragraphs") {
		t.Errorf("what is left out is not counted:\n%s", text)
	}
}

func TestSteps(t *testing.T) {
	steps := func(n, running int) []chatops.Step {
		out := make([]chatops.Step, n)
		for i := range out {
			out[i] = chatops.Step{Name: string(rune('a' + i%26)), State: chatops.StepSucceeded}
			if i == running {
				out[i].State = chatops.StepRunning
			}
			if i > running {
				out[i].State = chatops.StepWaiting
			}
		}
		return out
	}
	for _, test := range []struct {
		name  string
		steps []chatops.Step
		has   []string
		not   string
	}{
		{"none", nil, nil, "…"},
		{"few", steps(3, 1), []string{"✓ a   ▸ b   · c"}, "…"},
		{"as many as fit", steps(24, 23), []string{"▸ x"}, "…"},
		{"at the beginning", steps(60, 0), []string{"▸ a", "… and 36 more"}, "before"},
		{"at the end", steps(60, 59), []string{"… 36 before", "▸ h"}, "more"},
		{"all over", steps(60, 60), []string{"… 36 before", "✓ h"}, "more"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := stepsText(test.steps)
			for _, want := range test.has {
				if !strings.Contains(got, want) {
					t.Errorf("%q does not contain %q", got, want)
				}
			}
			if strings.Contains(got, test.not) {
				t.Errorf("%q contains %q", got, test.not)
			}
		})
	}
}
