package cards

import (
	"fmt"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// Left is a service that stays out of a request for several, and why.
type Left struct {
	Service string
	Problem *chatops.Problem
}

// mostLeft is how many services that stay out are named one by one.
const mostLeft = 20

// LeftOut says which services stay out and why, a paragraph each.
func LeftOut(left []Left) []chatops.Text {
	var out []chatops.Text
	for i, l := range left {
		if i == mostLeft {
			return append(out, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more", len(left)-i))))
		}
		out = append(out, append(chatops.Line(chatops.Bold(l.Service), chatops.Plain(": ")), l.why()...))
	}
	return out
}

// why says in one paragraph what is in the way.
func (l Left) why() chatops.Text {
	text := chatops.Line(chatops.Plain(l.Problem.Title))
	if len(l.Problem.Body) > 0 {
		text = append(append(text, chatops.Plain(" ")), l.Problem.Body[0]...)
	}
	return text
}
