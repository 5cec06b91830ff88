package record

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	"github.com/davidaparicio/kargo-bot/internal/kargo"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// begin makes the record of a Promotion, if there is anything to tell of it that somebody wants to know. Until
// then it reads from the cache alone: there may be ten thousand Promotions that nobody asks about.
func (c *Controller) begin(ctx context.Context, p *kargoapi.Promotion) (*v1alpha1.PromotionRecord, error) {
	if p == nil || p.Status.Phase == "" || p.Status.Phase == kargoapi.PromotionPhasePending {
		return nil, nil
	}
	at, ok := c.place(p.Namespace, p.Spec.Stage)
	if !ok {
		return nil, nil
	}
	stage, err := get(ctx, c.client, client.ObjectKey{Namespace: p.Namespace, Name: p.Spec.Stage}, &kargoapi.Stage{})
	if err != nil {
		return nil, err
	}
	draft, err := c.draft(ctx, c.client, at, p, stage)
	if err != nil {
		return nil, err
	}
	l := look{record: draft, promotion: p, stage: stage, now: c.Now()}
	l.look()
	if !c.isWanted(ctx, at, draft) {
		return nil, nil
	}
	if shipment, _ := kargo.MadeFor(p); shipment != "" && draft.Spec.Shipment == "" {
		// The cache may not have it yet.
		if draft, err = c.draft(ctx, c.quorum, at, p, stage); err != nil {
			return nil, err
		}
	}
	draft.Status = v1alpha1.PromotionRecordStatus{}
	switch err := c.client.Create(ctx, draft); {
	case apierrors.IsAlreadyExists(err):
		// The cache is behind; what it does not have yet brings us back.
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("make promotion record %s: %w", draft.Name, err)
	}
	return draft, nil
}

// isWanted reports whether somebody is to be told of anything that happened.
func (c *Controller) isWanted(ctx context.Context, at place, draft *v1alpha1.PromotionRecord) bool {
	ended := draft.Status.FinishedAt
	if ended != nil && c.isOld(ended.Time) {
		// There may have been a record, and it was kept for long enough.
		return false
	}
	for _, h := range draft.Status.Happenings {
		if c.Wants(ctx, draft.Namespace, c.eventOf(at, draft, h)) {
			return true
		}
	}
	if draft.Status.UnhealthySince == nil || ended == nil {
		return false
	}
	// Since when it has been unhealthy, nobody knows. Where nothing of the Promotion was to be told, that may have
	// been so all along.
	return c.Wants(ctx, draft.Namespace, c.eventOf(at, draft, v1alpha1.Happening{Outcome: v1alpha1.OutcomeDegraded, At: *ended}))
}

// isOld reports whether it is longer ago than records are kept.
func (c *Controller) isOld(ended time.Time) bool {
	return c.Retention > 0 && c.Now().Sub(ended) >= c.Retention
}
