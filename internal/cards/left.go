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
			out = append(out, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more", len(left)-i))))
			break
		}
		out = append(out, append(chatops.Line(chatops.Bold(l.Service), chatops.Plain(": ")), l.why()...))
	}
	return append(out, howToBePermitted(left)...)
}

// howToBePermitted says once, by the first that is not permitted, how one gets to be.
func howToBePermitted(left []Left) []chatops.Text {
	for _, l := range left {
		if l.Problem.Code == chatops.CodeForbidden && len(l.Problem.Body) > 1 {
			return l.Problem.Body[1:]
		}
	}
	return nil
}

// why says in one paragraph what is in the way.
func (l Left) why() chatops.Text {
	text := chatops.Line(chatops.Plain(l.Problem.Title))
	if len(l.Problem.Body) > 0 {
		text = append(append(text, chatops.Plain(" ")), l.Problem.Body[0]...)
	}
	return text
}
