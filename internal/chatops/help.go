package chatops

import "fmt"

// HelpCard answers Help: all commands, or one in full.
func HelpCard(topic string) (Card, *Problem) {
	if topic == "" {
		card := Card{Title: "What you can ask", State: StateInfo}
		for _, d := range definitions() {
			card.Body = append(card.Body, Line(Code("/"+d.name+d.words()), Plain("\n"+d.summary)))
		}
		card.Body = append(card.Body, Line(Code("/help <command>"), Plain(" has the options, and examples.")))
		return card, nil
	}
	d, ok := lookUp(topic)
	if !ok {
		return Card{}, unknownCommand(topic)
	}
	card := Card{Title: fmt.Sprintf("/%s: %s", d.name, d.summary), State: StateInfo}
	for _, usage := range d.usages() {
		card.Body = append(card.Body, Line(Plain("Usage: "), Code(usage)))
	}
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

// words returns the words of the usual form, without options: " <services> <environment> [freight]".
func (d definition) words() string {
	bare := definition{forms: d.forms}
	return bare.usage(d.forms[0])[len("/"):]
}
