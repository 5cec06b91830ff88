package kargo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/answers"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// History lists what was promoted to a target, newest first. Kargo keeps a few Promotions of each Stage;
// Shipments tell of those that it has no more, and of those that it refused.
func (c *Catalogue) History(ctx context.Context, target Target) (answers.History, error) {
	out := answers.History{
		Project: target.Project, Service: target.Service, Environment: target.Environment, Stage: target.Stage.Name,
		Promotions: []answers.PastPromotion{},
	}
	promotions, err := c.promotionsTo(ctx, target.Namespace, target.Stage.Name)
	if err != nil {
		return out, err
	}
	var shipments v1alpha1.ShipmentList
	if err := c.reader.List(ctx, &shipments, client.InNamespace(target.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		return out, fmt.Errorf("list shipments of project %s: %w", target.Project, err)
	}
	all, err := c.freightIn(ctx, target.Project, target.Namespace)
	if err != nil {
		return out, err
	}
	freight := freights{byName: make(map[string]*kargoapi.Freight, len(all))}
	for i := range all {
		freight.byName[all[i].Name] = &all[i]
	}
	known := make(map[string]int, len(promotions))
	for i := range promotions {
		known[promotions[i].Name] = len(out.Promotions)
		out.Promotions = append(out.Promotions, past(&promotions[i], &freight, target))
	}
	for i := range shipments.Items {
		for _, shipped := range shippedTo(&shipments.Items[i], target.Stage.Name) {
			if at, ok := known[shipped.stage.Promotion]; ok && shipped.stage.Promotion != "" {
				shipped.explain(&out.Promotions[at])
			} else if shipped.stage.Phase.IsTerminal() {
				out.Promotions = append(out.Promotions, shipped.past(&freight, target))
			}
		}
	}
	slices.SortStableFunc(out.Promotions, func(a, b answers.PastPromotion) int {
		return cmp.Or(b.At().Compare(a.At()), strings.Compare(b.Promotion, a.Promotion), strings.Compare(b.Shipment, a.Shipment))
	})
	return out, nil
}

// past tells of a Promotion that Kargo has.
func past(p *kargoapi.Promotion, freight *freights, target Target) answers.PastPromotion {
	status := PromotionStatus(p)
	out := answers.PastPromotion{
		Promotion: p.Name, Shipment: p.Annotations[v1alpha1.AnnotationShipment],
		Freight:  freight.named(p.Spec.Freight, target.Service),
		Rollback: p.Annotations[kargoapi.AnnotationKeyRollback] == kargoapi.AnnotationValueTrue,
		By:       Requester(p), Phase: status.Phase,
		CreatedAt: status.CreatedAt, StartedAt: status.StartedAt, FinishedAt: status.FinishedAt,
	}
	out.DurationSeconds = seconds(out.StartedAt, out.FinishedAt)
	if p.Status.Phase != kargoapi.PromotionPhaseSucceeded && p.Status.Phase.IsTerminal() {
		out.Message = cmp.Or(Aborted(p), status.Message)
	}
	return out
}

// shipped is one Stage of one item of a Shipment.
type shipped struct {
	shipment *v1alpha1.Shipment
	item     *v1alpha1.ShipmentItem
	stage    *v1alpha1.StageStatus
}

// shippedTo returns what a Shipment has promoted to a Stage, or tried to.
func shippedTo(s *v1alpha1.Shipment, stage string) []shipped {
	if !s.Spec.Action.Promotes() {
		return nil
	}
	var found []shipped
	for i := range min(len(s.Spec.Items), len(s.Status.Items)) {
		for j := range s.Status.Items[i].Stages {
			at := &s.Status.Items[i].Stages[j]
			skipped := at.Phase == v1alpha1.PhaseSkipped || at.Phase == v1alpha1.PhaseNotReached
			if at.Stage == stage && !skipped {
				found = append(found, shipped{s, &s.Spec.Items[i], at})
			}
		}
	}
	return found
}

// explain adds to what Kargo tells of a Promotion who asked for it, and why.
func (s shipped) explain(p *answers.PastPromotion) {
	p.Shipment, p.Reason = s.shipment.Name, s.shipment.Spec.Reason
	p.By = s.by()
	p.Rollback = p.Rollback || s.shipment.Spec.Action == v1alpha1.ActionRollback
	p.Freight.Alias = cmp.Or(p.Freight.Alias, s.item.Alias)
	if gone := p.Freight.Origin == ""; gone && s.item.Freight == p.Freight.Name {
		p.Freight.Version = cmp.Or(s.item.Version, p.Freight.Version)
	}
}

// past tells of a Promotion that Kargo has no more, or never took.
func (s shipped) past(freight *freights, target Target) answers.PastPromotion {
	out := answers.PastPromotion{
		Promotion: s.stage.Promotion, Freight: freight.named(s.item.Freight, target.Service), Phase: s.phase(),
		CreatedAt: s.shipment.CreationTimestamp.UTC(), StartedAt: instant(s.stage.StartedAt), FinishedAt: instant(s.stage.FinishedAt),
	}
	s.explain(&out)
	out.DurationSeconds = seconds(out.StartedAt, out.FinishedAt)
	if s.stage.Phase != v1alpha1.PhaseSucceeded {
		out.Message = bounded(s.stage.Message)
	}
	return out
}

// phase returns Kargo's word for how it ended.
func (s shipped) phase() string {
	switch s.stage.Phase {
	case v1alpha1.PhaseSucceeded:
		return string(kargoapi.PromotionPhaseSucceeded)
	case v1alpha1.PhaseErrored:
		return string(kargoapi.PromotionPhaseErrored)
	case v1alpha1.PhaseAborted:
		return string(kargoapi.PromotionPhaseAborted)
	default:
		return string(kargoapi.PromotionPhaseFailed)
	}
}

// by names who asked, as their surface does.
func (s shipped) by() string {
	by := s.shipment.Spec.RequestedBy
	return chatops.Shorten(cmp.Or(by.Name, by.Username, by.ID), maxActor)
}

// seconds returns how long something took that began and ended, else 0.
func seconds(from, to time.Time) int64 {
	if from.IsZero() || to.Before(from) {
		return 0
	}
	return int64(to.Sub(from) / time.Second)
}
