package shipment

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// many asks for so many services to go to production.
func many(n int) *v1alpha1.Shipment {
	s := newShipment()
	item := s.Spec.Items[0]
	s.Spec.Items = nil
	for i := range n {
		item.Service, item.Path = fmt.Sprintf("service-%d", i), []string{fmt.Sprintf("service-%d-production", i)}
		s.Spec.Items = append(s.Spec.Items, item)
	}
	return s
}

func TestManyPromotionsAreMadeInTurns(t *testing.T) {
	w := newWorld(t, many(100), newFreight())
	c := w.controller(t)
	for pass := 1; len(w.promotions(t)) < 100; pass++ {
		_, result := w.reconcile(t, c)
		made := len(w.promotions(t))
		if made != min(100, pass*batch) {
			t.Fatalf("%d Promotions after %d passes", made, pass)
		}
		if made < 100 && result.RequeueAfter == 0 {
			t.Fatal("not looked at again")
		}
	}
	if s := w.shipment(t); s.Status.Progress != "0/100 done" {
		t.Errorf("progress %s", s.Status.Progress)
	}
}

func TestSomePromotionsAreMadeAtOnceAndNotAll(t *testing.T) {
	w := newWorld(t, many(batch), newFreight())
	var (
		mu        sync.Mutex
		now, most int
	)
	full := make(chan struct{})
	w.faults.Create = func(ctx context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
		mu.Lock()
		now++
		if most = max(most, now); now == parallel {
			select {
			case <-full:
			default:
				close(full)
			}
		}
		mu.Unlock()
		// Until as many are there as may be, each waits for the others.
		select {
		case <-full:
		case <-time.After(10 * time.Second):
			return errors.New("the others do not come")
		}
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			now--
		}()
		return w.admit(ctx, o)
	}
	w.reconcile(t, w.controller(t))
	if most != parallel || len(w.promotions(t)) != batch {
		t.Errorf("%d at once, %d Promotions", most, len(w.promotions(t)))
	}
}

func TestOneFailureDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t, many(3), newFreight())
	refusing(w, "service-1-production", "no changes on Fridays")
	s, _ := w.pass(t)
	if stands(s, 0)+stands(s, 1)+stands(s, 2) != "PendingFailedPending" || s.Status.Phase != pending {
		t.Errorf("%s %s %s: %s", stands(s, 0), stands(s, 1), stands(s, 2), s.Status.Phase)
	}
	for _, stage := range []string{"service-0-production", "service-2-production"} {
		w.promotionEnds(t, stage, kargoapi.PromotionPhaseSucceeded, "")
	}
	w.clock = w.clock.Add(stageSilence)
	s, _ = w.pass(t)
	if s.Status.Phase != failed || s.Status.Message != "The Promotion was refused: no changes on Fridays" || s.Status.Progress != "2/3 done, 1 failed" {
		t.Errorf("phase %s, %q, %s", s.Status.Phase, s.Status.Message, s.Status.Progress)
	}
}
