package chatops

import "fmt"

// HelpCard answers Help: all commands, or one in full.
func HelpCard(topic string) (Card, *Problem) {
	if topic == "" {
		card := Card{Title: "What you can ask", State: StateInfo}
		for _, d := range definitions() {
			card.Body = append(card.Body, Line(Code(d.usage()), Plain("\n"+d.summary)))
		}
		return card, nil
	}
	d, ok := lookUp(topic)
	if !ok {
		return Card{}, unknownCommand(topic)
	}
	card := Card{Title: fmt.Sprintf("/%s: %s", d.name, d.summary), State: StateInfo}
	card.Body = append(card.Body, Line(Plain("Usage: "), Code(d.usage())))
	for _, paragraph := range d.details {
		card.Body = append(card.Body, Line(Plain(paragraph)))
	}
	for _, o := range d.options {
		card.Body = append(card.Body, Line(Code("--"+o.name), Plain(" "+o.about)))
	}
	for _, e := range d.examples {
		card.Body = append(card.Body, Line(Plain("Example: "), Code(e)))
	}
	return card, nil
}
