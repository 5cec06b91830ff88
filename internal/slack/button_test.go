package slack

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

// buttonsCard has every kind of action, and some that no button holds.
func buttonsCard() chatops.Card {
	card := failedCard()
	card.Body = card.Body[:1]
	long := "/promote red production --reason \"" + strings.Repeat("a long story ", 10)
	card.Actions = []chatops.Action{
		{Label: "Retry", Command: "/promote red production 3.2.0", Style: chatops.StylePrimary},
		{Label: "Roll back", Command: "/rollback red production", Style: chatops.StyleDanger, Confirm: "Roll red back to 3.1.0 in production?", Plan: "7f3a"},
		{Label: "Go on with all of the services that can go to production now", Command: "/promote all production --partial", Confirm: "Promote all of them?"},
		{Label: "Why?", Command: "/doctor red"},
		{Label: "Tell all", Command: long + "\""},
		{Label: "Two lines", Command: "/promote red\nproduction"},
		{Label: "", Command: "/status red"},
		{Label: "Nothing", Command: ""},
	}
	card.Actions[4].Plan = strings.Repeat("p", maxButtonValue)
	return card
}

func buttonsOf(t *testing.T, m rendered) []blockkit.Button {
	t.Helper()
	stored, err := blockkit.Stored(blocksJSON(t, m), func() string { return "id" })
	if err != nil {
		t.Fatal(err)
	}
	return blockkit.Buttons(stored)
}

func TestManyActions(t *testing.T) {
	for _, n := range []int{1, 5, 25, 26, 60} {
		card := runningCard()
		for i := range n {
			card.Actions = append(card.Actions, chatops.Action{Label: fmt.Sprintf("Go %d", i), Command: fmt.Sprintf("/promote s%d prod", i)})
		}
		m := renderCard(card, note{})
		checkLimits(t, m)
		buttons := buttonsOf(t, m)
		var ids []string
		for _, b := range buttons {
			ids = append(ids, b.ActionID)
		}
		slices.Sort(ids)
		if len(slices.Compact(ids)) != len(buttons) {
			t.Errorf("of %d buttons, some have the same action_id: %q", len(buttons), ids)
		}
		said := blockkit.PlainText(blocksJSON(t, m), nil)
		shown := len(buttons) + strings.Count(said, ": /promote s")
		if missing := n - shown; missing > 0 && !strings.Contains(said, "… and "+chatops.Count(missing, "more command")) {
			t.Errorf("of %d actions %d are missing, and nothing says so:\n%s", n, missing, said)
		}
		if len(buttons) < min(n, 20) || len(buttons) > maxButtons {
			t.Errorf("of %d actions %d are buttons", n, len(buttons))
		}
	}
}

// TestCommandsAreNeverCut has commands about as long as a button holds.
func TestCommandsAreNeverCut(t *testing.T) {
	for length := 1_900; length < 2_100; length += 7 {
		command := "/promote " + strings.Repeat("s", length-len("/promote "))
		m := renderCard(chatops.Card{Title: "Long", Actions: []chatops.Action{{Label: "Go", Command: command}}}, note{})
		checkLimits(t, m)
		buttons := buttonsOf(t, m)
		said := blockkit.PlainText(blocksJSON(t, m), nil)
		switch {
		case len(buttons) == 1:
			if v, err := decodeButton(buttons[0].Value); err != nil || v.Command != command {
				t.Errorf("the button of %d characters stands for %q, %v", length, v.Command, err)
			}
		case !strings.Contains(said, "Go: "+command):
			t.Errorf("the command of %d characters is neither a button nor shown whole:\n%s", length, said)
		}
	}
	m := renderCard(chatops.Card{Title: "Long", Actions: []chatops.Action{{Label: "Go", Command: "/promote " + strings.Repeat("s", 9_000)}}}, note{})
	checkLimits(t, m)
	if said := blockkit.PlainText(blocksJSON(t, m), nil); !strings.Contains(said, "… and 1 more command too long to show here") {
		t.Errorf("it says:\n%s", said)
	}
}

// TestQuestionBeforeAButtonActs checks what Slack would ask.
func TestQuestionBeforeAButtonActs(t *testing.T) {
	type question struct {
		Title, Text, Confirm, Deny struct{ Type, Text string }
		Style                      string
	}
	var blocks []struct {
		Type     string
		Elements []struct{ Confirm *question }
	}
	if err := json.Unmarshal(blocksJSON(t, renderCard(buttonsCard(), note{})), &blocks); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(blocks, func(b struct {
		Type     string
		Elements []struct{ Confirm *question }
	}) bool {
		return b.Type == "actions"
	})
	elements := blocks[i].Elements
	if elements[0].Confirm != nil {
		t.Error("an action without a question asks one")
	}
	if q := elements[1].Confirm; q == nil || q.Text.Text != "Roll red back to 3.1.0 in production?" || q.Text.Type != "plain_text" ||
		q.Title.Text != "Roll back" || q.Confirm.Text != "Roll back" || q.Deny.Text != "No" || q.Style != "danger" {
		t.Errorf("it asks %+v", q)
	}
	if q := elements[2].Confirm; q == nil || q.Confirm.Text != "Yes" {
		t.Errorf("it asks %+v", q)
	}
}
