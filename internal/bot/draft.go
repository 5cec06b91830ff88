package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
)

// draft sorts the plans of an order.
type draft struct {
	// going can be carried out.
	going []planned
	// there are done already, so that nothing is left to do for them.
	there []planned
	// blocked can't be carried out.
	blocked []planned
}

func drafted(plans []planned) draft {
	var d draft
	for _, p := range plans {
		switch {
		case p.problem == nil:
			d.going = append(d.going, p)
		case p.problem.Code == chatops.CodeAlreadyThere || p.problem.Code == chatops.CodeNothingToDo:
			d.there = append(d.there, p)
		default:
			d.blocked = append(d.blocked, p)
		}
	}
	return d
}

// items returns what is to be done, in order.
func (d draft) items() []v1alpha1.ShipmentItem {
	var items []v1alpha1.ShipmentItem
	for _, p := range d.going {
		items = append(items, p.items...)
	}
	return items
}

// left says which services stay out, and why.
func (d draft) left() []cards.Left {
	var all []cards.Left
	for _, plans := range [][]planned{d.blocked, d.there} {
		for _, p := range plans {
			all = append(all, cards.Left{Service: p.target.Service, Problem: p.problem})
		}
	}
	return all
}

// digestLength is how much of a digest identifies a plan, in hexadecimal digits. It guards against
// chance, not against somebody: whoever answers may do what the plan says anyway.
const digestLength = 16

// digest identifies what the order comes to: it is another one if anything else would be done.
func (d draft) digest() string {
	var b strings.Builder
	for _, item := range d.items() {
		fmt.Fprintf(&b, "%s\x00%s\x00%s\x00%s\x00%s\n", item.Service, strings.Join(item.Path, ","), item.Freight,
			strings.Join(item.Promotions, ","), item.Verification)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])[:digestLength]
}

// nothing tells why nothing is left to do.
func (d draft) nothing() *chatops.Problem {
	left := d.left()
	p := &chatops.Problem{
		Code:  left[0].Problem.Code,
		Title: fmt.Sprintf("It can be done for none of the %d services.", len(left)),
		Body:  cards.LeftOut(left),
	}
	if len(d.blocked) == 0 {
		p.Title = fmt.Sprintf("There is nothing to do for any of the %d services.", len(left))
	}
	return p
}

// ask asks whether to go on with a part of what was asked for, or with something else than was shown
// before. The answer is bound to what is shown now.
func ask(o order, s *v1alpha1.Shipment, d draft, changed bool) Answer {
	command := "/" + strings.TrimPrefix(o.request.Line, "/")
	if len(d.blocked) > 0 && !o.partial {
		command += " --partial"
	}
	p := d.partly()
	if changed {
		p = &chatops.Problem{Code: chatops.CodePlanChanged, Title: "What can be done has changed since you were asked, so I did nothing."}
	}
	action := chatops.Action{
		Label: "Go on with " + chatops.Count(len(d.going), "service"), Command: command, Style: chatops.StylePrimary,
		Confirm: cards.Question(s), Plan: d.digest(),
	}
	return Answer{Card: cards.Ask(p.Title, s, d.left(), action), Planned: s, Left: d.left(), Problem: p}
}

// partly says that not all of the services can go.
func (d draft) partly() *chatops.Problem {
	return &chatops.Problem{
		Code:  chatops.CodePartial,
		Title: fmt.Sprintf("It can be done for %d of %d services.", len(d.going), len(d.going)+len(d.blocked)),
	}
}
