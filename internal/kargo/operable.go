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

// Unfinished returns the names of the Promotions to a target that run or wait, the oldest first.
func (c *Catalogue) Unfinished(ctx context.Context, target Target) ([]string, error) {
	all, err := c.promotionsTo(ctx, target.Namespace, target.Stage.Name)
	if err != nil {
		return nil, err
	}
	var names []string
	for i := range all {
		if !all[i].Status.Phase.IsTerminal() {
			names = append(names, all[i].Name)
		}
	}
	// Their names have the time in them.
	slices.Sort(names)
	return names, nil
}

// Places returns the Stages of a service, in the order of the environments.
func (c *Catalogue) Places(ctx context.Context, service string) ([]Target, error) {
	pipeline, name, err := c.service(ctx, service)
	if err != nil {
		return nil, err
	}
	var targets []Target
	for _, env := range pipeline.Environments {
		if targets, err = c.appendTarget(ctx, targets, selected{pipeline, name}, env.Name); err != nil {
			return nil, err
		}
	}
	if len(targets) == 0 {
		return nil, &chatops.Problem{Code: chatops.CodeNoStage, Title: fmt.Sprintf("%s has no Stage in any environment.", name)}
	}
	return targets, nil
}

// Warehouses returns the names of the Warehouses that the targets take Freight from, each once.
func Warehouses(targets []Target) []string {
	var names []string
	for _, t := range targets {
		for _, request := range t.Stage.Spec.RequestedFreight {
			names = append(names, request.Origin.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isOfService reports whether any Stage of a target's service takes Freight of an origin. What can't be read
// counts as no.
func (c *Catalogue) isOfService(ctx context.Context, target Target, origin kargoapi.FreightOrigin) bool {
	places, err := c.Places(ctx, target.Project+"/"+target.Service)
	return err == nil && slices.ContainsFunc(places, func(t Target) bool { return requests(t.Stage, origin) })
}

// Newest returns the newest Freight of a Warehouse, or nil if there is none.
func Newest(freight []kargoapi.Freight, warehouse string) *kargoapi.Freight {
	var newest *kargoapi.Freight
	for i := range freight {
		if f := &freight[i]; f.Origin.Name == warehouse && (newest == nil || newestFirst(f, newest) < 0) {
			newest = f
		}
	}
	return newest
}

// Found returns the Freight of what a Warehouse has found last, or nil if there is none. Its status may name
// what does not exist; then it is the newest. Two that were found in the same second can't be told apart by age.
func Found(freight []kargoapi.Freight, warehouse *kargoapi.Warehouse) *kargoapi.Freight {
	for i := range freight {
		if f := &freight[i]; f.Name == warehouse.Status.LastFreightID && f.Origin.Name == warehouse.Name {
			return f
		}
	}
	return Newest(freight, warehouse.Name)
}

// NewestOf returns the name of the newest Freight of a Warehouse of a target's project, "" if there is none.
func (c *Catalogue) NewestOf(ctx context.Context, target Target, warehouse string) (string, error) {
	all, err := c.freightIn(ctx, target.Project, target.Namespace)
	if err != nil {
		return "", err
	}
	if newest := Newest(all, warehouse); newest != nil {
		return newest.Name, nil
	}
	return "", nil
}

// Verifiable returns the ID of the verification to be repeated, or tells why there is none.
func Verifiable(t Target) (id string, problem *chatops.Problem) {
	current := t.Stage.Status.Current()
	problem = &chatops.Problem{Code: chatops.CodeNotVerifiable, Title: fmt.Sprintf("There is nothing to verify as %s yet.", t)}
	switch {
	case current == nil:
		return "", problem
	case t.Stage.Status.CurrentPromotion != nil:
		problem.Title = fmt.Sprintf("A promotion of %s is under way.", t)
		problem.Body = []chatops.Text{chatops.Line(chatops.Plain("Kargo verifies what it has promoted by itself, when the promotion is over."))}
		return "", problem
	case len(current.VerificationHistory) == 0:
		problem.Body = []chatops.Text{chatops.Line(chatops.Plain("Kargo has not verified it for the first time yet: it verifies only what is healthy."))}
		return "", problem
	case !current.VerificationHistory[0].Phase.IsTerminal():
		problem.Title = fmt.Sprintf("%s is being verified already.", t)
		return "", problem
	}
	if last := t.Stage.Status.LastPromotion; last != nil && last.Status != nil && last.Status.Phase != kargoapi.PromotionPhaseSucceeded {
		// It would do nothing, without a word: Kargo can't tell the health then.
		problem.Title = fmt.Sprintf("The last promotion of %s did not succeed (%s).", t, last.Status.Phase)
		problem.Body = []chatops.Text{chatops.Line(chatops.Plain("Kargo verifies nothing there until one does."))}
		return "", problem
	}
	return current.VerificationHistory[0].ID, nil
}

// Held returns the origins of which auto-promotion to a target is on hold, or tells why there are none.
func Held(t Target) ([]kargoapi.FreightOrigin, *chatops.Problem) {
	var origins []kargoapi.FreightOrigin
	for _, hold := range t.Stage.Status.EffectiveAutoPromotionHolds {
		origins = append(origins, hold.Origin)
	}
	slices.SortFunc(origins, func(a, b kargoapi.FreightOrigin) int { return strings.Compare(a.Name, b.Name) })
	if len(origins) > 0 {
		return origins, nil
	}
	p := &chatops.Problem{Code: chatops.CodeNothingToDo, Title: fmt.Sprintf("Auto-promotion of %s is not on hold.", t)}
	if !t.Stage.Status.AutoPromotionEnabled {
		p.Title = fmt.Sprintf("Kargo does not promote %s by itself.", t)
		p.Body = []chatops.Text{chatops.Line(chatops.Plain("The project's promotion policies don't say so, so there is nothing to resume."))}
	}
	return nil, p
}

// Candidate returns the Freight of an origin that Kargo would promote to a target by itself.
func (c *Catalogue) Candidate(ctx context.Context, target Target, origin kargoapi.FreightOrigin, now time.Time) (*kargoapi.Freight, error) {
	choice, err := c.choice(ctx, target, now)
	if err != nil {
		return nil, err
	}
	for _, request := range target.Stage.Spec.RequestedFreight {
		if request.Origin == origin {
			if f := choice.candidate(request); f != nil {
				return f.DeepCopy(), nil
			}
		}
	}
	return nil, choice.noneAvailable()
}
