package terminal

import (
	"strings"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

const (
	betweenFacts = " · "
	betweenSteps = "   "
)

// Render returns a card as lines of text. With colour, the title is bold and the word for the state
// has the colour of its mood.
func Render(card chatops.Card, colour bool) string {
	p := pen{colour: colour}
	return join("\n",
		join("",
			line(p.in(bold, flat(card.Title))),
			line(stateLine(p, card)),
			line(facts(p, card.Facts)),
			line(steps(card.Steps)),
		),
		table(p, card.Table),
		body(p, card.Body),
		sections(p, card.Sections),
		join("", actions(card.Actions), links(card.Links)),
	)
}

// join joins what is not empty.
func join(between string, parts ...string) string {
	var some []string
	for _, part := range parts {
		if part != "" {
			some = append(some, part)
		}
	}
	return strings.Join(some, between)
}

func line(text string) string {
	if text == "" {
		return ""
	}
	return text + "\n"
}

// word names a state; the empty word goes with a card that only informs.
func word(state chatops.State) (string, style) {
	switch state {
	case chatops.StatePending:
		return "Waiting", cyan
	case chatops.StateRunning:
		return "Running", cyan
	case chatops.StateSucceeded:
		return "Succeeded", green
	case chatops.StateFailed:
		return "Failed", red
	case chatops.StateAborted:
		return "Aborted", yellow
	case chatops.StateRefused:
		return "Refused", yellow
	default:
		return "", bold
	}
}

func stateLine(p pen, card chatops.Card) string {
	name, colour := word(card.State)
	return join(betweenFacts, p.in(colour, name), flat(card.Status))
}

func facts(p pen, all []chatops.Text) string {
	parts := make([]string, len(all))
	for i, fact := range all {
		parts[i] = words(p, fact, flat)
	}
	return join(betweenFacts, parts...)
}

func steps(all []chatops.Step) string {
	parts := make([]string, len(all))
	for i, step := range all {
		parts[i] = step.State.Sign() + " " + flat(step.Name)
	}
	return strings.Join(parts, betweenSteps)
}

func body(p pen, all []chatops.Text) string {
	var b strings.Builder
	for _, text := range all {
		b.WriteString(line(strings.Trim(words(p, text, clean), "\n")))
	}
	return b.String()
}

// actions are commands to type, as a terminal has no buttons.
func actions(all []chatops.Action) string {
	var b strings.Builder
	for _, action := range all {
		if command := flat(action.Command); command != "" {
			b.WriteString(line(join(": ", flat(action.Label), command)))
		}
	}
	return b.String()
}

func links(all []chatops.Link) string {
	var b strings.Builder
	for _, link := range all {
		b.WriteString(line(join(": ", flat(link.Label), flat(link.URL))))
	}
	return b.String()
}

// words renders a Text; tidy is clean or flat.
func words(p pen, text chatops.Text, tidy func(string) string) string {
	var b strings.Builder
	for _, span := range text {
		// A span's own spaces at its ends keep it from its neighbours.
		shown := spaced(span.Text, tidy)
		switch span.Kind {
		case chatops.SpanBold:
			shown = p.in(bold, shown)
		case chatops.SpanLink:
			if address := flat(span.URL); address != shown && address != "" {
				shown = strings.TrimLeft(shown+" <"+address+">", " ")
			}
		case chatops.SpanMention:
			shown = "@" + shown
		default:
		}
		b.WriteString(shown)
	}
	return b.String()
}

// spaced tidies a text but for a space at its beginning and its end.
func spaced(text string, tidy func(string) string) string {
	tidied := tidy(text)
	if strings.HasPrefix(text, " ") && !strings.HasPrefix(tidied, " ") {
		tidied = " " + tidied
	}
	if strings.HasSuffix(text, " ") && !strings.HasSuffix(tidied, " ") {
		tidied += " "
	}
	return tidied
}
