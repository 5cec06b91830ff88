package github

import (
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	deployedOpen  = "<!-- kargo-bot:deployed -->"
	deployedClose = "<!-- /kargo-bot:deployed -->"
	deployedTitle = "Deployed to"

	// maxReleaseBody is how long the text of a release may be, in characters: GitHub answers 422 to more.
	maxReleaseBody = 125_000
	// maxDeployed bounds the section, in characters, and leastDeployed is less than which it is of no use.
	maxDeployed, leastDeployed = 16_000, 400
)

// cutDeployed returns what stands before the section, the section, and what follows. ok is false if there is
// none. Of several the last counts, which is ours if somebody has copied or broken another.
func cutDeployed(body string) (before, section, behind string, ok bool) {
	start := strings.LastIndex(body, deployedOpen)
	if start < 0 {
		return body, "", "", false
	}
	length := strings.Index(body[start:], deployedClose)
	if length < 0 {
		return body, "", "", false
	}
	end := start + length + len(deployedClose)
	return body[:start], body[start:end], body[end:], true
}

// withDeployed returns the text of a release with the section that a card says, in the place of the one that is
// there, or at the end. ok is false if there is no room for it.
func withDeployed(body string, card chatops.Card) (text string, ok bool) {
	before, section, behind, isThere := cutDeployed(body)
	if !isThere && strings.TrimSpace(before) != "" {
		before += between
	}
	room := maxReleaseBody - utf8.RuneCountInString(before) - utf8.RuneCountInString(behind)
	if room < leastDeployed {
		return "", false
	}
	wanted := deployed(card, min(room, maxDeployed))
	if sameText(section, wanted) {
		return body, true
	}
	return before + wanted + behind, true
}

// deployed returns the section in at most so many characters: of the card the facts, the table, the paragraphs and
// the links. It mentions nobody: GitHub shows who is mentioned in a release as one who contributed to it.
func deployed(card chatops.Card, most int) string {
	shown := chatops.Card{
		Title: deployedTitle, Facts: unmentioned(card.Facts), Body: unmentioned(card.Body), Links: card.Links,
	}
	if card.Table != nil {
		shown.Table = &chatops.Table{Columns: card.Table.Columns}
		for _, row := range card.Table.Rows {
			shown.Table.Rows = append(shown.Table.Rows, unmentioned(row))
		}
	}
	most -= len(deployedOpen) + len(deployedClose) + 2*len(between)
	return deployedOpen + between + markdownWithin(shown, "", most) + between + deployedClose
}

// unmentioned returns texts with people's names in place of mentions.
func unmentioned(texts []chatops.Text) []chatops.Text {
	plain := make([]chatops.Text, len(texts))
	for i, text := range texts {
		for _, span := range text {
			if span.Kind == chatops.SpanMention {
				span = chatops.Plain(strings.TrimPrefix(span.Text, "@"))
			}
			plain[i] = append(plain[i], span)
		}
	}
	return plain
}

// withoutDeployed returns the text of a release as people wrote it.
func withoutDeployed(body string) string {
	before, _, behind, ok := cutDeployed(body)
	if !ok {
		return body
	}
	return strings.TrimRight(before, " \r\n") + strings.TrimRight(behind, " \r\n")
}

// sameText reports whether two texts are the same but for how their lines are ended: browsers change that.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}
