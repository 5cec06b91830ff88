package shipment

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/internal/kargo"
)

// lists looks once at the Shipment of that name, and returns how often the API server was asked for a list.
func (w *world) lists(t *testing.T, name string) int {
	t.Helper()
	var n atomic.Int32
	c := w.controller(t)
	c.promoter = kargo.NewPromoter(w.cached(), interceptor.NewClient(w.server, interceptor.Funcs{
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			n.Add(1)
			return c.List(ctx, list, opts...)
		},
	}))
	key := reconcile.Request{NamespacedName: client.ObjectKey{Namespace: "microsvcs", Name: name}}
	if _, err := c.Reconcile(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	return int(n.Load())
}

func TestItemsThatWaitAskOnceForWhatWasMade(t *testing.T) {
	var paths [][]string
	for range 10 {
		paths = append(paths, []string{development, staging, productive})
	}
	w := newWorld(t, batchOf(paths...), newFreight(), upstreamOf(development, 0), upstreamOf(staging, time.Hour, development), upstreamOf(productive, 0, staging))
	w.runs(t, development, theFreight, "", "Healthy")
	w.verifies(t, development, 0)
	s, _ := w.pass(t)
	want(t, s, "Skipped Waiting Pending", promoting, "")
	if n := w.lists(t, s.Name); n != 1 {
		t.Errorf("%d lists", n)
	}
	// Of what only runs, nothing is asked.
	w = newWorld(t, newShipment(), newFreight())
	s, _ = w.pass(t)
	if n := w.lists(t, s.Name); n != 0 {
		t.Errorf("%d lists", n)
	}
}

func TestAnAbortAsksOnceForWhatAShipmentMade(t *testing.T) {
	const blue, yellow = "blue-production", "yellow-production"
	w := newWorld(t, batchOf([]string{productive}, []string{blue}, []string{yellow}), newFreight(), upstreamOf(blue, 0), upstreamOf(yellow, 0))
	w.pass(t)
	w.abortBy(t, productive, blue, yellow)
	if n := w.lists(t, theAbort); n != 1 {
		t.Errorf("%d lists", n)
	}
}
