package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Previous returns the Freight to go back to: the one that wanted names, or if wanted is empty, the one
// that the target ran before what it runs now. If there is none, several, or it can't go, that comes
// back as a *chatops.Problem.
func (c *Catalogue) Previous(ctx context.Context, target Target, wanted string, now time.Time) (*kargoapi.Freight, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return nil, err
	}
	if target.Stage.Status.Current() == nil {
		return nil, noHistory(fmt.Sprintf("There is nothing to go back to: nothing has run yet as %s.", target))
	}
	if wanted != "" {
		return chosen(choice.namedBefore(wanted))
	}
	return chosen(choice.before())
}

// before returns the Freight that ran before the current one.
func (c choice) before() (*kargoapi.Freight, *chatops.Problem) {
	history := c.target.Stage.Status.FreightHistory
	for _, earlier := range history[1:] {
		changed := c.changed(history[0], earlier)
		switch len(changed) {
		case 0:
			// The same again: promoted twice, or rolled forward and back.
			continue
		case 1:
			return c.back(changed[0], history[0])
		}
		return nil, c.ambiguousBefore(changed)
	}
	return nil, noHistory(fmt.Sprintf("There is nothing to go back to: %s is all that has run as %s.",
		c.shown(history[0]), c.target))
}

// changed returns the Freight of an earlier collection that is other than the current one of its origin.
func (c choice) changed(current, earlier *kargoapi.FreightCollection) []kargoapi.FreightReference {
	var changed []kargoapi.FreightReference
	for _, request := range c.target.Stage.Spec.RequestedFreight {
		origin := request.Origin.String()
		before, ran := earlier.Freight[origin]
		if ran && before.Name != current.Freight[origin].Name {
			changed = append(changed, before)
		}
	}
	return changed
}

// back returns the Freight of a reference, if it can go and is no step forward from the current one: after
// a rollback, that is what was rolled back. Two people who mend the same thing must not undo each other.
func (c choice) back(ref kargoapi.FreightReference, current *kargoapi.FreightCollection) (*kargoapi.Freight, *chatops.Problem) {
	i := c.index(ref.Name)
	now := c.index(current.Freight[ref.Origin.String()].Name)
	if i >= 0 && now >= 0 && i < now {
		version := Version(ref, c.target.Service)
		p := noHistory(fmt.Sprintf("%s %s, which ran before, is newer than what runs as %s.", c.target.Service, version, c.target))
		p.Body = append(p.Body,
			chatops.Line(chatops.Plain("It was rolled back, or replaced by something older. To bring it back: "),
				chatops.Code(fmt.Sprintf("/rollback %s %s %s", c.target.Word(), c.target.Environment, version))),
			chatops.Line(chatops.Plain("To go back further, name the Freight; these ran here: "), chatops.Plain(c.ran(current)+".")))
		return nil, p
	}
	if i < 0 {
		p := noHistory(fmt.Sprintf("%s %s ran before, but its Freight no longer exists.", c.target.Service, Version(ref, c.target.Service)))
		p.Body = append(p.Body, c.nameOther())
		return nil, p
	}
	return c.check(c.freight[i])
}

// index returns the place of a Freight among all that the target takes, newest first; -1 if it is gone.
func (c choice) index(name string) int {
	return slices.IndexFunc(c.freight, func(f *kargoapi.Freight) bool { return f.Name == name })
}

// ran lists what the target ran before the current Freight, the latest first, each once.
func (c choice) ran(current *kargoapi.FreightCollection) string {
	var versions []string
	for _, earlier := range c.target.Stage.Status.FreightHistory {
		for _, ref := range c.changed(current, earlier) {
			if version := Version(ref, c.target.Service); !slices.Contains(versions, version) {
				versions = append(versions, version)
			}
		}
	}
	return strings.Join(versions, ", ")
}

// namedBefore returns the Freight that a word names, unless going there would be no way back.
func (c choice) namedBefore(word string) (*kargoapi.Freight, *chatops.Problem) {
	f, problem := c.find(word)
	if problem != nil {
		return nil, problem
	}
	status := c.target.Stage.Status
	ran := slices.ContainsFunc(status.FreightHistory, func(h *kargoapi.FreightCollection) bool { return h.Includes(f.Name) })
	if current, ok := status.Current().Freight[f.Origin.String()]; ok && !ran {
		i := c.index(current.Name)
		if i >= 0 && newestFirst(f, c.freight[i]) < 0 {
			return nil, &chatops.Problem{
				Code:  chatops.CodeNoHistory,
				Title: fmt.Sprintf("%s %s is newer than what runs as %s, so that is no rollback.", c.target.Service, c.version(f), c.target),
				Body: []chatops.Text{chatops.Line(chatops.Plain("To go there: "),
					chatops.Code(fmt.Sprintf("/promote %s %s %s", c.target.Word(), c.target.Environment, c.version(f))))},
			}
		}
	}
	return c.check(f)
}

func (c choice) ambiguousBefore(refs []kargoapi.FreightReference) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeAmbiguousFreight,
		Title: fmt.Sprintf("%s ran other Freight from several Warehouses before.", c.target),
	}
	for _, ref := range refs {
		p.Body = append(p.Body, chatops.Line(
			chatops.Code(ShortName(ref.Name)), chatops.Plain(" "+Version(ref, c.target.Service)+" from "+ref.Origin.Name)))
	}
	p.Body = append(p.Body, c.nameOther())
	return p
}

func (c choice) nameOther() chatops.Text {
	return chatops.Line(chatops.Plain("Name the one to go back to: "),
		chatops.Code(fmt.Sprintf("/rollback %s %s <freight>", c.target.Word(), c.target.Environment)))
}

// shown names what a collection has, for people.
func (c choice) shown(collection *kargoapi.FreightCollection) string {
	for _, request := range c.target.Stage.Spec.RequestedFreight {
		if ref, ok := collection.Freight[request.Origin.String()]; ok {
			return Version(ref, c.target.Service)
		}
	}
	return "what runs now"
}

func noHistory(title string) *chatops.Problem {
	return &chatops.Problem{Code: chatops.CodeNoHistory, Title: title}
}
