package shipment

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// awaited indexes Shipments by what they wait for that is not theirs, as "Stage/red-staging".
const awaited = "awaited"

func indexAwaited(mgr ctrl.Manager) error {
	err := mgr.GetFieldIndexer().IndexField(context.Background(), &v1alpha1.Shipment{}, awaited, func(o client.Object) []string {
		if s, ok := o.(*v1alpha1.Shipment); ok {
			return awaitedBy(s)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("index shipments by what they wait for: %w", err)
	}
	return nil
}

// Kinds of what is waited for.
const (
	kindStage     = "Stage/"
	kindFreight   = "Freight/"
	kindWarehouse = "Warehouse/"
	kindPromotion = "Promotion/"
	kindShipment  = "Shipment/"
)

// awaitedBy lists what a Shipment waits for.
func awaitedBy(s *v1alpha1.Shipment) []string {
	if s.Status.Phase.IsTerminal() {
		return nil
	}
	var out []string
	for i := range s.Spec.Items {
		item := &s.Spec.Items[i]
		switch {
		case s.Spec.Action == v1alpha1.ActionRefresh:
			out = append(out, kindWarehouse+item.Warehouse)
		case s.Spec.Action == v1alpha1.ActionAbort:
			for _, name := range item.Promotions {
				out = append(out, kindPromotion+name)
			}
			for _, name := range item.Shipments {
				out = append(out, kindShipment+name)
			}
		case i < len(s.Status.Items):
			out = append(out, awaitedOnTheWay(item, s.Status.Items[i].Stages)...)
		}
	}
	return out
}

// awaitedOnTheWay lists what an item waits for at the Stages of its path. Until a Promotion is over, its
// Stage has nothing to say that it does not say.
func awaitedOnTheWay(item *v1alpha1.ShipmentItem, stages []v1alpha1.StageStatus) []string {
	var out []string
	for j := range stages {
		switch stages[j].Phase {
		case v1alpha1.PhaseVerifying:
			out = append(out, kindStage+stages[j].Stage)
			if stages[j].Promotion == "" {
				out = append(out, kindFreight+item.Freight)
			}
		case v1alpha1.PhaseWaiting:
			out = append(out, kindStage+stages[j].Stage, kindFreight+item.Freight)
			if j > 0 {
				out = append(out, kindStage+stages[j-1].Stage)
			}
		default:
		}
	}
	return out
}

// awaiting leads from an object to the Shipments that wait for it.
func (c *Controller) awaiting(ctx context.Context, o client.Object) []reconcile.Request {
	var kind string
	switch o.(type) {
	case *kargoapi.Stage:
		kind = kindStage
	case *kargoapi.Freight:
		kind = kindFreight
	case *kargoapi.Warehouse:
		kind = kindWarehouse
	case *kargoapi.Promotion:
		kind = kindPromotion
	case *v1alpha1.Shipment:
		kind = kindShipment
	}
	var list v1alpha1.ShipmentList
	if err := c.client.List(ctx, &list, client.InNamespace(o.GetNamespace()), client.MatchingFields{awaited: kind + o.GetName()}); err != nil {
		c.log.Error("list shipments that wait", "for", kind+o.GetName(), "error", err)
		return nil
	}
	requests := make([]reconcile.Request, len(list.Items))
	for i := range list.Items {
		requests[i].NamespacedName = types.NamespacedName{Namespace: list.Items[i].Namespace, Name: list.Items[i].Name}
	}
	return requests
}
