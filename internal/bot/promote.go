package bot

import (
	"context"
	"errors"
	"fmt"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/access"
	"github.com/davidaparicio/kargo-bot/internal/cards"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// promote makes a Shipment of one service.
func (b *Bot) promote(ctx context.Context, r Request, c chatops.Promote) (Answer, error) {
	// Who asks comes first: who is nobody to Kubernetes is told nothing about what there is.
	subject, who := b.People.Subject(ctx, r.Actor)
	if p, ok := errors.AsType[*chatops.Problem](who); ok && p.Refusal() {
		return Answer{}, p
	}
	target, err := b.Catalogue.Find(ctx, c.Services[0], c.Environment)
	if err != nil {
		return Answer{}, err
	}
	var shipment *v1alpha1.Shipment
	if err = who; err == nil {
		shipment, err = b.plan(ctx, r, c, subject, target)
	}
	if err != nil {
		// What now stands in the way may follow from the first try of this very request.
		if earlier := b.earlier(ctx, r, target); earlier != nil {
			return accepted(earlier), nil
		}
		return Answer{}, err
	}
	if c.DryRun {
		return Answer{Card: cards.Plan(shipment, b.Links)}, nil
	}
	if err := b.ship(ctx, shipment); err != nil {
		return Answer{}, err
	}
	return accepted(shipment), nil
}

func accepted(s *v1alpha1.Shipment) Answer {
	return Answer{Card: cards.Accepted(s), Shipment: s}
}

// plan checks everything that can be checked before anything is made, in the order in which a
// person would want to hear of it, and returns the Shipment to make.
func (b *Bot) plan(ctx context.Context, r Request, c chatops.Promote, subject access.Subject, target kargo.Target) (*v1alpha1.Shipment, error) {
	if problem := kargo.Promotable(target); problem != nil {
		return nil, problem
	}
	decision, err := b.permit(ctx, subject, access.Question{Verb: access.VerbPromote, Namespace: target.Namespace, Stage: target.Stage.Name}, target.Environment)
	if err != nil {
		return nil, err
	}
	freight, err := b.Catalogue.Choose(ctx, target, c.Freight, b.Now())
	if err != nil {
		return nil, err
	}
	if problem := kargo.Unhealthy(target); problem != nil && c.Freight == "" {
		return nil, problem
	}
	return newShipment(r, c, target, freight, decision), nil
}

// permit asks whether the person may.
func (b *Bot) permit(ctx context.Context, subject access.Subject, q access.Question, environment string) (access.Decision, error) {
	decision, err := b.Permissions.Decide(ctx, subject, q)
	if err != nil {
		return access.Decision{}, err
	}
	if !decision.Allowed {
		return access.Decision{}, decision.Refusal(q, environment)
	}
	return decision, nil
}

// newShipment writes down what was asked, with every choice made.
func newShipment(r Request, c chatops.Promote, target kargo.Target, freight *kargoapi.Freight, d access.Decision) *v1alpha1.Shipment {
	item := v1alpha1.ShipmentItem{
		Service: target.Service, Environment: target.Environment, Path: []string{target.Stage.Name},
		Freight: freight.Name, Alias: freight.Alias,
		Version: kargo.Version(kargo.Reference(freight), target.Service),
	}
	if current := target.Stage.Status.Current(); current != nil {
		if ref, ok := current.Freight[freight.Origin.String()]; ok {
			item.From, item.FromVersion = ref.Name, kargo.Version(ref, target.Service)
		}
	}
	s := &v1alpha1.Shipment{
		Spec: v1alpha1.ShipmentSpec{
			Action:  v1alpha1.ActionPromote,
			Summary: summary(item),
			Items:   []v1alpha1.ShipmentItem{item},
			RequestedBy: v1alpha1.Actor{
				Source: string(r.Actor.Source), ID: r.Actor.ID, Name: r.Actor.Name,
				Username: d.Subject.Username, Groups: d.Subject.Groups[:min(len(d.Subject.Groups), maxGroups)], Role: d.Role,
			},
			Origin:        r.Origin,
			RequestDigest: digest(r),
			Reason:        chatops.Fit(c.Reason, maxReason),
		},
	}
	s.Namespace = target.Namespace
	s.Name = shipmentName(r, target)
	s.Annotations = r.Annotations
	return s
}

func summary(item v1alpha1.ShipmentItem) string {
	if item.FromVersion == "" {
		return chatops.Fit(fmt.Sprintf("%s %s to %s", item.Service, item.Version, item.Environment), maxSummary)
	}
	return chatops.Fit(fmt.Sprintf("%s %s → %s to %s", item.Service, item.FromVersion, item.Version, item.Environment), maxSummary)
}

// Bounds of the Shipment's schema, in characters and in groups. Who is in more groups was permitted by
// all of them; the record has the first.
const (
	maxSummary = 256
	maxReason  = 1024
	maxGroups  = 256
)
