package record

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Fields that the cache indexes PromotionRecords by.
const (
	// byStage is the Stage.
	byStage = "spec.stage"
	// byOpenStage is the Stage, as long as what happens there is of concern.
	byOpenStage = "openStage"
)

// index has a cache index PromotionRecords, before it is filled.
func index(ctx context.Context, indexer client.FieldIndexer) error {
	for field, value := range indexes {
		if err := indexer.IndexField(ctx, &v1alpha1.PromotionRecord{}, field, value); err != nil {
			return fmt.Errorf("index promotion records by %s: %w", field, err)
		}
	}
	return nil
}

// indexes are what IndexField is told.
var indexes = map[string]client.IndexerFunc{
	byStage: func(o client.Object) []string {
		r, ok := o.(*v1alpha1.PromotionRecord)
		if !ok {
			return nil
		}
		return []string{r.Spec.Stage}
	},
	byOpenStage: func(o client.Object) []string {
		r, ok := o.(*v1alpha1.PromotionRecord)
		if !ok || isSettled(r) {
			return nil
		}
		return []string{r.Spec.Stage}
	},
}

// ofStage leads from a Stage to the Promotions that it has something to say of: those of which there is a
// record, and the last, of which there may have been nothing to tell so far.
func (c *Controller) ofStage(ctx context.Context, o client.Object) []reconcile.Request {
	stage, ok := o.(*kargoapi.Stage)
	if !ok {
		return nil
	}
	var list v1alpha1.PromotionRecordList
	if err := c.client.List(ctx, &list, client.InNamespace(stage.Namespace),
		client.MatchingFields{byOpenStage: stage.Name}, client.UnsafeDisableDeepCopy); err != nil {
		c.Log.ErrorContext(ctx, "promotion records can't be listed", "stage", client.ObjectKeyFromObject(stage), "error", err)
	}
	names := make([]string, 0, len(list.Items)+1)
	for i := range list.Items {
		names = append(names, list.Items[i].Name)
	}
	if last := stage.Status.LastPromotion; last != nil {
		names = append(names, last.Name)
	}
	requests := make([]reconcile.Request, len(names))
	for i, name := range names {
		// The queue has each once.
		requests[i].Namespace, requests[i].Name = stage.Namespace, name
	}
	return requests
}

// ofSubscription leads from a Subscription to the Promotions that may be news to it.
func (c *Controller) ofSubscription(ctx context.Context, o client.Object) []reconcile.Request {
	s, ok := o.(*v1alpha1.Subscription)
	if !ok {
		return nil
	}
	var list kargoapi.PromotionList
	if err := c.client.List(ctx, &list, client.InNamespace(s.Namespace), client.UnsafeDisableDeepCopy); err != nil {
		c.Log.ErrorContext(ctx, "promotions can't be listed", "subscription", client.ObjectKeyFromObject(s), "error", err)
		return nil
	}
	begins := s.Begins()
	var requests []reconcile.Request
	for i := range list.Items {
		p := &list.Items[i]
		if p.Status.FinishedAt == nil || !p.Status.FinishedAt.Before(&begins) {
			requests = append(requests, reconcile.Request{NamespacedName: client.ObjectKeyFromObject(p)})
		}
	}
	return requests
}
