package kargo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/nearest"
)

// minPrefix is the shortest prefix of a Freight's name that is taken for one: shorter ones are more
// likely to be a mistyped version.
const minPrefix = 4

// Choose returns the Freight to promote to a target: the one that wanted names, or if wanted is
// empty, the one Kargo would choose. If there is no such Freight, several, or it is there already,
// that comes back as a *chatops.Problem.
func (c *Catalogue) Choose(ctx context.Context, target Target, wanted string, now time.Time) (*kargoapi.Freight, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return nil, err
	}
	if wanted == "" {
		return chosen(choice.newest())
	}
	return chosen(choice.named(wanted))
}

// choice returns the choice that there is for a target.
func (c *Catalogue) choice(ctx context.Context, target Target, now time.Time) (choice, error) {
	all, err := c.freightIn(ctx, target.Project, target.Namespace)
	if err != nil {
		return choice{}, err
	}
	var freight, others []*kargoapi.Freight
	for i := range all {
		if requests(target.Stage, all[i].Origin) {
			freight = append(freight, &all[i])
		} else {
			others = append(others, &all[i])
		}
	}
	slices.SortFunc(freight, newestFirst)
	return choice{
		target: target, freight: freight, others: others, now: now,
		isOfService: func(origin kargoapi.FreightOrigin) bool { return c.isOfService(ctx, target, origin) },
	}, nil
}

// chosen returns a copy of what was chosen from the cache, or the problem as an error.
func chosen(f *kargoapi.Freight, problem *chatops.Problem) (*kargoapi.Freight, error) {
	if problem != nil {
		return nil, problem
	}
	return f.DeepCopy(), nil
}

func requests(stage *kargoapi.Stage, origin kargoapi.FreightOrigin) bool {
	return slices.ContainsFunc(stage.Spec.RequestedFreight, func(r kargoapi.FreightRequest) bool { return r.Origin == origin })
}

// newestFirst is Kargo's order (SelectAutoPromotionCandidates in pkg/api/auto_promotion.go of v1.11.2).
func newestFirst(a, b *kargoapi.Freight) int {
	if c := b.EffectiveDiscoveredAt().Compare(a.EffectiveDiscoveredAt()); c != 0 {
		return c
	}
	return strings.Compare(b.Name, a.Name)
}

// choice is a choice among the Freight of the origins that the target's Stage takes, newest first.
type choice struct {
	target  Target
	freight []*kargoapi.Freight
	// others are of other origins, in no order.
	others []*kargoapi.Freight
	now    time.Time
	// isOfService reports whether another Stage of the same service takes Freight of an origin.
	isOfService func(kargoapi.FreightOrigin) bool
}

func (c choice) available(f *kargoapi.Freight) bool {
	return Available(c.target.Stage, f, c.now).Available
}

func (c choice) version(f *kargoapi.Freight) string {
	return Version(Reference(f), c.target.Service)
}

func (c choice) current(f *kargoapi.Freight) bool {
	return c.target.Stage.Status.Current().Includes(f.Name)
}

// newest picks the newest available Freight of each origin, as Kargo's auto-promotion would, and
// leaves out those that are there already.
func (c choice) newest() (*kargoapi.Freight, *chatops.Problem) {
	var candidates, there []*kargoapi.Freight
	for _, req := range c.target.Stage.Spec.RequestedFreight {
		switch f := c.candidate(req); {
		case f == nil:
		case c.current(f):
			there = append(there, f)
		default:
			candidates = append(candidates, f)
		}
	}
	switch {
	case len(candidates) == 1:
		return candidates[0], nil
	case len(candidates) > 1:
		return nil, c.ambiguous(fmt.Sprintf("%s takes Freight from several Warehouses.", c.target.Stage.Name), candidates)
	case len(there) > 0:
		return nil, c.alreadyThere(there[0])
	default:
		return nil, c.noneAvailable()
	}
}

// candidate returns the newest available Freight of one origin, or nil.
func (c choice) candidate(req kargoapi.FreightRequest) *kargoapi.Freight {
	i := slices.IndexFunc(c.freight, func(f *kargoapi.Freight) bool {
		return f.Origin == req.Origin && c.available(f) && matchesUpstream(req, f)
	})
	if i < 0 {
		return nil
	}
	return c.freight[i]
}

// matchesUpstream applies the MatchUpstream policy: only what the upstream Stage runs now counts.
func matchesUpstream(req kargoapi.FreightRequest, f *kargoapi.Freight) bool {
	options := req.Sources.AutoPromotionOptions
	if options == nil || options.SelectionPolicy != kargoapi.AutoPromotionSelectionPolicyMatchUpstream ||
		req.Sources.Direct || len(req.Sources.Stages) == 0 {
		return true
	}
	_, in := f.Status.CurrentlyIn[req.Sources.Stages[0]]
	return in
}

// named finds the Freight that a word names, if it can go and is not there already.
func (c choice) named(word string) (*kargoapi.Freight, *chatops.Problem) {
	f, problem := c.find(word)
	if problem != nil {
		return nil, problem
	}
	return c.check(f)
}

// find finds the Freight that a word names: by its name, its alias, the version of an artifact, or
// a unique prefix of its name, in this order.
func (c choice) find(word string) (*kargoapi.Freight, *chatops.Problem) {
	for _, match := range []func(*kargoapi.Freight) bool{
		func(f *kargoapi.Freight) bool { return f.Name == word },
		func(f *kargoapi.Freight) bool { return f.Alias == word || f.Labels[kargoapi.LabelKeyAlias] == word },
		func(f *kargoapi.Freight) bool { return hasVersion(f, word) },
		func(f *kargoapi.Freight) bool { return len(word) >= minPrefix && strings.HasPrefix(f.Name, word) },
	} {
		var found []*kargoapi.Freight
		for _, f := range c.freight {
			if match(f) {
				found = append(found, f)
			}
		}
		if len(found) > 1 {
			// The same tag pushed twice makes two Freight; if only one can go, that one is meant.
			if able := slices.DeleteFunc(slices.Clone(found), func(f *kargoapi.Freight) bool { return !c.available(f) }); len(able) > 0 {
				found = able
			}
		}
		switch len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return nil, c.ambiguous(fmt.Sprintf("%q names several Freight.", chatops.Shorten(word, chatops.MaxQuoted)), found)
		}
	}
	return nil, c.unknown(word)
}

func (c choice) check(f *kargoapi.Freight) (*kargoapi.Freight, *chatops.Problem) {
	if c.current(f) {
		return nil, c.alreadyThere(f)
	}
	a := Available(c.target.Stage, f, c.now)
	if a.Available {
		return f, nil
	}
	return nil, &chatops.Problem{
		Code:  chatops.CodeFreightUnavailable,
		Title: fmt.Sprintf("%s %s can't go to %s yet.", c.target.Service, c.version(f), c.target.Environment),
		Body:  []chatops.Text{chatops.Line(chatops.Plain(a.Explain(c.version(f), c.target.Stage.Name, c.now)))},
	}
}

func (c choice) alreadyThere(f *kargoapi.Freight) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeAlreadyThere,
		Title: fmt.Sprintf("%s already runs %s %s.", c.target.Environment, c.target.Service, c.version(f)),
	}
	p.Body = append(p.Body, chatops.Line(chatops.Plain(c.newerThan(f))))
	return p
}

// newerThan says how it stands with what came after a Freight from the same Warehouse.
func (c choice) newerThan(f *kargoapi.Freight) string {
	says, waits := "Nothing newer is available to it.", false
	for _, newer := range c.freight {
		if newer.Origin != f.Origin || newestFirst(newer, f) >= 0 {
			continue
		}
		a := Available(c.target.Stage, newer, c.now)
		if a.Available {
			return fmt.Sprintf("%s is newer, and can go there.", c.version(newer))
		}
		if !waits {
			waits, says = true, "There is a newer one, but "+a.Explain(c.version(newer), c.target.Stage.Name, c.now)
		}
	}
	return says
}

func (c choice) noneAvailable() *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeNoFreight,
		Title: fmt.Sprintf("There is no Freight that %s can go to %s with.", c.target.Service, c.target.Environment),
	}
	if len(c.freight) == 0 {
		p.Body = append(p.Body, chatops.Line(chatops.Plain("No Freight of its Warehouses exists yet.")))
		return p
	}
	newest := c.freight[0]
	a := Available(c.target.Stage, newest, c.now)
	why := a.Explain(c.version(newest), c.target.Stage.Name, c.now)
	if a.Available {
		why = fmt.Sprintf("%s can go if you name it. By itself, Stage %s follows what runs upstream.", c.version(newest), c.target.Stage.Name)
	}
	p.Body = append(p.Body, chatops.Line(chatops.Plain("The newest: "+why)))
	return p
}

func (c choice) ambiguous(title string, found []*kargoapi.Freight) *chatops.Problem {
	p := &chatops.Problem{Code: chatops.CodeAmbiguousFreight, Title: title}
	const most = 5
	for i, f := range found {
		if i == most {
			p.Body = append(p.Body, chatops.Line(chatops.Plain(fmt.Sprintf("and %d more", len(found)-most))))
			break
		}
		line := chatops.Line(chatops.Code(ShortName(f.Name)), chatops.Plain(" "+c.version(f)+" "))
		if f.Alias != "" {
			line = append(line, chatops.Code(f.Alias), chatops.Plain(" "))
		}
		p.Body = append(p.Body, append(line,
			chatops.Plain("from "+f.Origin.Name+", "+f.EffectiveDiscoveredAt().UTC().Format("2006-01-02 15:04")+" UTC")))
	}
	p.Body = append(p.Body, chatops.Line(chatops.Plain("Name one by its alias or its name.")))
	return p
}

func (c choice) unknown(word string) *chatops.Problem {
	p := &chatops.Problem{
		Code:  chatops.CodeUnknownFreight,
		Title: fmt.Sprintf("No Freight %q for %s.", chatops.Shorten(word, chatops.MaxQuoted), c.target),
	}
	var words, versions []string
	for _, f := range c.freight {
		words = append(words, c.version(f), f.Alias)
		if len(versions) < 5 {
			versions = append(versions, c.version(f))
		}
	}
	if guess, ok := nearest.Word(word, words); ok {
		p.Title += fmt.Sprintf(" Did you mean %s?", guess)
	}
	if from := c.elsewhere(word); from != "" {
		p.Title = fmt.Sprintf("%q is Freight of Warehouse %s, which %s takes none from.",
			chatops.Shorten(word, chatops.MaxQuoted), from, c.target.Stage.Name)
	}
	p.Body = append(p.Body, list("Newest: ", versions))
	return p
}

// elsewhere returns the Warehouse of the service from which comes what a word names, where the target
// takes none from it; or "".
func (c choice) elsewhere(word string) string {
	from := ""
	for _, f := range c.others {
		if f.Name != word && f.Alias != word && !hasVersion(f, word) || !c.isOfService(f.Origin) {
			continue
		}
		if from != "" && from != f.Origin.Name {
			return ""
		}
		from = f.Origin.Name
	}
	return from
}
