package record

import (
	"cmp"
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/chatops"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Bounds of what is kept, in characters: those of the resource.
const (
	maxVersion = 256
	maxName    = 253
)

// place is what people call a Stage.
type place struct{ project, service, environment string }

// place returns what people call a Stage, if they can name it.
func (c *Controller) place(namespace, stage string) (place, bool) {
	project, service, environment, ok := c.Catalogue.PlaceOf(namespace, stage)
	return place{project, service, environment}, ok
}

// draft says which Promotion it is. Shipments are read from that reader, and all else from the cache.
func (c *Controller) draft(ctx context.Context, shipments client.Reader, at place, p *kargoapi.Promotion, stage *kargoapi.Stage) (*v1alpha1.PromotionRecord, error) {
	r := &v1alpha1.PromotionRecord{Spec: v1alpha1.PromotionRecordSpec{
		Service: at.service, Environment: at.environment, Stage: p.Spec.Stage, Freight: p.Spec.Freight,
		Rollback: p.Annotations[kargoapi.AnnotationKeyRollback] == kargoapi.AnnotationValueTrue,
		By:       kargo.Requester(p),
	}}
	r.Namespace, r.Name = p.Namespace, p.Name
	if err := c.describe(ctx, r, p, stage); err != nil {
		return nil, err
	}
	name, uid := kargo.MadeFor(p)
	if name == "" {
		return r, nil
	}
	s, err := get(ctx, shipments, client.ObjectKey{Namespace: p.Namespace, Name: name}, &v1alpha1.Shipment{})
	if err != nil || s == nil || s.UID != uid {
		return r, err
	}
	ask(&r.Spec, s)
	return r, nil
}

// describe says what is promoted, and what ran there before.
func (c *Controller) describe(ctx context.Context, r *v1alpha1.PromotionRecord, p *kargoapi.Promotion, stage *kargoapi.Stage) error {
	freight, err := get(ctx, c.client, client.ObjectKey{Namespace: p.Namespace, Name: p.Spec.Freight}, &kargoapi.Freight{})
	if err != nil {
		return err
	}
	r.Spec.Version = kargo.ShortName(p.Spec.Freight)
	var origin kargoapi.FreightOrigin
	if freight != nil {
		called := kargo.Describe(freight, r.Spec.Service)
		r.Spec.Version, r.Spec.Alias, origin = chatops.Fit(called.Version, maxVersion), chatops.Fit(called.Alias, maxName), freight.Origin
	}
	if stage == nil {
		return nil
	}
	if ref := kargo.Remembered(stage, p.Spec.Freight); ref != nil && freight == nil {
		r.Spec.Version, origin = chatops.Fit(kargo.Version(*ref, r.Spec.Service), maxVersion), ref.Origin
	}
	if before := kargo.RanBefore(stage, p, origin); before != nil {
		r.Spec.From, r.Spec.FromVersion = before.Name, chatops.Fit(kargo.Version(*before, r.Spec.Service), maxVersion)
	}
	return nil
}

// ask says who asked the bot for it, and why.
func ask(spec *v1alpha1.PromotionRecordSpec, s *v1alpha1.Shipment) {
	by := s.Spec.RequestedBy
	spec.Shipment, spec.Reason, spec.RequestedBy = s.Name, s.Spec.Reason, &by
	spec.By = cmp.Or(by.Name, by.Username, by.ID)
	spec.Rollback = spec.Rollback || s.Spec.Action == v1alpha1.ActionRollback
	for _, item := range s.Spec.Items {
		// What they were shown is what ran where they wanted it to go.
		if len(item.Path) == 0 || item.Path[len(item.Path)-1] != spec.Stage || item.Freight != spec.Freight {
			continue
		}
		spec.Alias, spec.Version = cmp.Or(spec.Alias, item.Alias), cmp.Or(item.Version, spec.Version)
		if item.FromVersion != "" && item.From != "" {
			spec.From, spec.FromVersion = item.From, item.FromVersion
		}
		return
	}
}
