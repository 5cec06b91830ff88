package github

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/cards/cardstest"
	"github.com/davidaparicio/kargo-bot/internal/golden"
)

const shipsMarker = "kargo-bot:pull"

func TestWhatShipsAsMarkdown(t *testing.T) {
	for name, card := range cardstest.Cards() {
		got := markdown(card, shipsMarker)
		checkMarkdown(t, card, got, shipsMarker)
		golden.Compare(t, "markdown/"+name+".md", got+"\n")
	}
}

// TestEnormousDiffsFitIntoAComment checks diffs of up to a thousand commits, whatever they say.
func TestEnormousDiffsFitIntoAComment(t *testing.T) {
	for _, text := range []string{"x", "fix: é ", "`*_~|<!--@octocat#1", "```\n", "\U0001F680", "</details>", "\x00\u202e"} {
		for _, n := range []int{1, 40, 1000} {
			card := cardstest.Enormous(n, text)
			checkMarkdown(t, card, markdown(card, shipsMarker), shipsMarker)
		}
	}
}
