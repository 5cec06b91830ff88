package slack

import (
	"regexp"
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
	card.Title = typedWords(card.Title)
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
			switch span := &out[i][j]; span.Kind {
			case chatops.SpanCode:
				span.Text = typedCommand(span.Text)
			case chatops.SpanPlain, chatops.SpanBold:
				span.Text = typedWords(span.Text)
			case chatops.SpanLink, chatops.SpanMention:
				// They are nothing to type.
			}
		}
	}
	return out
}

// mention is a command within a sentence.
var mention = regexp.MustCompile(`(^|[\s"“(])/([a-z-]+)\b`)

// typedWords writes the commands that a sentence mentions as they have to be typed in Slack.
func typedWords(s string) string {
	return mention.ReplaceAllStringFunc(s, func(found string) string {
		i := strings.IndexByte(found, '/')
		return found[:i] + typedCommand(found[i:])
	})
}

// typedCommand returns a command line as it has to be typed in Slack, and anything else as it is.
func typedCommand(line string) string {
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	if !strings.HasPrefix(line, "/") || !slices.Contains(chatops.Names(), name) || slices.Contains(registered, name) {
		return line
	}
	return strings.TrimSpace(umbrella + " " + name + " " + rest)
}
