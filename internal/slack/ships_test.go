package slack

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/internal/cards/cardstest"
	"github.com/davidaparicio/kargo-bot/internal/golden"
	"github.com/davidaparicio/kargo-bot/internal/slackfake/blockkit"
)

func TestWhatShipsInSlack(t *testing.T) {
	for name, card := range cardstest.Cards() {
		m := renderCard(card, note{})
		checkLimits(t, m)
		golden.Compare(t, "golden/"+name+".txt", blockkit.PlainText(blocksJSON(t, m), func(byte, string) (string, bool) { return "", false })+"\n")
	}
}

// TestEnormousDiffsFitIntoAMessage checks diffs of up to a thousand commits, whatever they say.
func TestEnormousDiffsFitIntoAMessage(t *testing.T) {
	for _, text := range []string{"x", "fix: é ", "`*_~|<!channel>", "```\n", "\U0001F680", "</details>", "\x00\u202e\"\\"} {
		for _, n := range []int{1, 40, 1000} {
			checkLimits(t, renderCard(cardstest.Enormous(n, text), note{}))
		}
	}
}
