package slack

import (
	"slices"
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// registered are the commands that the Slack app has beside umbrella (deploy/slack/manifest.yaml). Slack
// knows no others, and says so to whoever types them.
var registered = []string{"promote", "rollback"}

// asTyped returns a card whose commands are written as they have to be typed in Slack: "/kargo status"
// for "/status".
func asTyped(card chatops.Card) chatops.Card {
	card.Facts, card.Body = typedTexts(card.Facts), typedTexts(card.Body)
	if card.Table != nil {
		table := *card.Table
		table.Rows = make([][]chatops.Text, len(card.Table.Rows))
		for i, row := range card.Table.Rows {
			table.Rows[i] = typedTexts(row)
		}
		card.Table = &table
	}
	return card
}

func typedTexts(texts []chatops.Text) []chatops.Text {
	out := make([]chatops.Text, len(texts))
	for i, text := range texts {
		out[i] = slices.Clone(text)
		for j := range out[i] {
			if span := &out[i][j]; span.Kind == chatops.SpanCode {
				span.Text = typedCommand(span.Text)
			}
		}
	}
	return out
}

// typedCommand returns a command line as it has to be typed in Slack, and anything else as it is.
func typedCommand(line string) string {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	if !strings.HasPrefix(line, "/") || !slices.Contains(chatops.Names(), name) || slices.Contains(registered, name) {
		return line
	}
	return strings.TrimSpace(umbrella + " " + name + " " + rest)
}
