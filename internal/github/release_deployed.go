package github

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	// maxReleaseBody is how long the text of a release may be, in characters: GitHub answers 422 to more.
	maxReleaseBody = 125_000
	// maxDeployed bounds a section, in characters, and leastDeployed is less than which it is of no use.
	maxDeployed, leastDeployed = 16_000, 400
)

// deployedMark stands at both ends of the sections of all services.
var deployedMark = regexp.MustCompile(`<!-- /?kargo-bot:deployed [A-Za-z0-9.-]{1,253} -->`)

// serviceName is what can stand in such a mark.
var serviceName = regexp.MustCompile(`^[A-Za-z0-9.-]{1,253}$`)

// deployedMarks are what a service's section begins and ends with.
func deployedMarks(service string) (begin, end string) {
	return "<!-- kargo-bot:deployed " + service + " -->", "<!-- /kargo-bot:deployed " + service + " -->"
}

// cutDeployed returns what stands before a service's section, the section, and what follows. ok is false if there
// is none. Of several the last counts, which is ours if somebody has copied or broken another.
func cutDeployed(body, service string) (before, section, behind string, ok bool) {
	begin, end := deployedMarks(service)
	start := strings.LastIndex(body, begin)
	if start < 0 {
		return body, "", "", false
	}
	length := strings.Index(body[start:], end)
	if length < 0 {
		return body, "", "", false
	}
	stop := start + length + len(end)
	return body[:start], body[start:stop], body[stop:], true
}

// withDeployed returns the text of a release with the section that a card says of a service, in the place of the
// one that is there, or at the end. ok is false if there is no room for it.
func withDeployed(body, service string, card chatops.Card) (text string, ok bool) {
	before, section, behind, isThere := cutDeployed(body, service)
	if !isThere && strings.TrimSpace(before) != "" {
		before += between
	}
	room := maxReleaseBody - utf8.RuneCountInString(before) - utf8.RuneCountInString(behind)
	if room < leastDeployed {
		return "", false
	}
	wanted := deployed(service, card, min(room, maxDeployed))
	if sameText(section, wanted) {
		return body, true
	}
	return before + wanted + behind, true
}

// deployed returns the section in at most so many characters: of the card the facts, the table, the paragraphs and
// the links. It mentions nobody: GitHub shows who is mentioned in a release as one who contributed to it.
func deployed(service string, card chatops.Card, most int) string {
	shown := chatops.Card{
		Title: service + " is deployed to", Facts: unmentioned(card.Facts), Body: unmentioned(card.Body), Links: card.Links,
	}
	if card.Table != nil {
		shown.Table = &chatops.Table{Columns: card.Table.Columns}
		for _, row := range card.Table.Rows {
			shown.Table.Rows = append(shown.Table.Rows, unmentioned(row))
		}
	}
	begin, end := deployedMarks(service)
	most -= len(begin) + len(end) + 2*len(between)
	return begin + between + markdownWithin(shown, "", most) + between + end
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
	for {
		at := deployedMark.FindString(body)
		if at == "" {
			return body
		}
		service := strings.TrimSuffix(at[strings.LastIndex(at, "deployed ")+len("deployed "):], " -->")
		before, _, behind, ok := cutDeployed(body, service)
		if !ok {
			return body
		}
		body = strings.TrimRight(before, " \r\n") + strings.TrimRight(behind, " \r\n")
	}
}

// sameText reports whether two texts are the same but for how their lines are ended: browsers change that.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, "\r\n", "\n") == strings.ReplaceAll(b, "\r\n", "\n")
}
