package shipment

import (
	"context"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

const theAbort = "abort-red-production-1"

// newAbort asks for what is on its way to red's Stage to be aborted.
func newAbort(stage string) *v1alpha1.Shipment {
	return &v1alpha1.Shipment{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: theAbort, UID: "a1", CreationTimestamp: *at(0)},
		Spec: v1alpha1.ShipmentSpec{
			Action:      v1alpha1.ActionAbort,
			Items:       []v1alpha1.ShipmentItem{{Service: "red", Environment: "production", Path: []string{stage}}},
			RequestedBy: v1alpha1.Actor{Source: "slack", ID: "T01/U43", Name: "hubot", Username: "hubot@acme.dev"},
		},
	}
}

// other looks at another Shipment, until nothing changes any more.
func (w *world) other(t *testing.T, name string) *v1alpha1.Shipment {
	t.Helper()
	key := client.ObjectKey{Namespace: "microsvcs", Name: name}
	var s v1alpha1.Shipment
	for range 20 {
		before := s.ResourceVersion
		if _, err := w.controller(t).Reconcile(t.Context(), reconcile.Request{NamespacedName: key}); err != nil {
			t.Fatal(err)
		}
		if err := w.server.Get(t.Context(), key, &s); err != nil {
			t.Fatal(err)
		}
		if s.ResourceVersion == before {
			return &s
		}
	}
	t.Fatal("it never comes to rest")
	return nil
}

// create makes an object.
func (w *world) create(t *testing.T, o client.Object) {
	t.Helper()
	if err := w.server.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// abortShipment asks for the Shipment to be aborted, and returns how the abort stands.
func (w *world) abortShipment(t *testing.T, stage string) *v1alpha1.Shipment {
	t.Helper()
	abort := newAbort(stage)
	abort.Spec.Items[0].Shipments = []string{theRequest.Name}
	w.create(t, abort)
	return w.other(t, theAbort)
}

func TestAnAbortedPathGoesNoFurther(t *testing.T) {
	w := onTheWay(t, 3600e9)
	w.pass(t)
	abort := w.abortShipment(t, productive)
	want(t, abort, "Pending", pending, "")
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Aborted", aborted, "stopped at red-production: Stopped by hubot.")
	abort = w.other(t, theAbort)
	want(t, abort, "Succeeded", succeeded, "")
	if got := abort.Status.Items[0].Stages[0].Result; got != "1 request stopped" {
		t.Errorf("result %q", got)
	}
	w.clock = at(7200).Time
	w.pass(t)
	if n := len(w.promotions(t)); n != 2 {
		t.Errorf("%d Promotions", n)
	}
}

func TestWhatRunsWhileAPathIsAbortedEndsAsKargoSays(t *testing.T) {
	w := newPath(t, 0)
	w.pass(t)
	w.arrives(t, development)
	w.pass(t)
	w.abortShipment(t, productive)
	s, _ := w.pass(t)
	want(t, s, "Succeeded Pending Aborted", promoting, "stopped at red-production: Stopped by hubot.")
	// The request was about production, and that is settled.
	want(t, w.other(t, theAbort), "Succeeded", succeeded, "")
	w.arrives(t, staging)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Aborted", aborted, "stopped at red-production: Stopped by hubot.")
}

func TestAnAbortIsAboutTheItemsOfItsStage(t *testing.T) {
	both := through()
	blue := both.Spec.Items[0]
	blue.Service, blue.Path = "blue", []string{"blue-development", "blue-production"}
	both.Spec.Items = append(both.Spec.Items, blue)
	w := newWorld(t, both, newFreight(), upstreamOf(development, 0), upstreamOf(staging, 0, development), upstreamOf(productive, 0, staging),
		upstreamOf("blue-development", 0), upstreamOf("blue-production", 0, "blue-development"))
	w.abortShipment(t, productive)
	s, _ := w.pass(t)
	if stands(s, 0) != "Aborted Aborted Aborted" || stands(s, 1) != "Pending Pending" || len(w.promotions(t)) != 1 {
		t.Errorf("red %s, blue %s, %d Promotions", stands(s, 0), stands(s, 1), len(w.promotions(t)))
	}
}

func TestAnAnnotationThatLeadsNowhereStopsEverything(t *testing.T) {
	s := through()
	s.Annotations[v1alpha1.AnnotationAbort] = "by-hand"
	w := newWorld(t, s, newFreight(), upstreamOf(development, 0))
	s, _ = w.pass(t)
	want(t, s, "Aborted Aborted Aborted", aborted, "stopped at red-development: Somebody stopped it.")
	if n := len(w.promotions(t)); n != 0 {
		t.Errorf("%d Promotions", n)
	}
}

func TestAPromotionWhoseAnswerWasLostIsFollowedAfterAnAbort(t *testing.T) {
	w := newWorld(t, newShipment(), newFreight())
	w.faults.Create = func(ctx context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
		if err := w.admit(ctx, o.DeepCopyObject().(client.Object)); err != nil {
			return err
		}
		return errLost
	}
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); err == nil {
		t.Fatal("no error")
	}
	abort := w.abortShipment(t, productive)
	want(t, abort, "Pending", pending, "")
	// Made after the abort was asked for, it is aborted all the same.
	if p := w.promotion(t); p.Annotations[kargoapi.AnnotationKeyAbort] != kargoapi.AbortActionTerminate {
		t.Errorf("annotations %v", p.Annotations)
	}
	w.promotionEnds(t, productive, kargoapi.PromotionPhaseAborted, "Promotion terminated by kubernetes:kargo-bot")
	s, _ := w.pass(t)
	want(t, s, "Aborted", aborted, "Aborted by hubot.")
	abort = w.other(t, theAbort)
	want(t, abort, "Succeeded", succeeded, "")
	if got := abort.Status.Items[0].Stages[0].Result; got != "1 promotion aborted" {
		t.Errorf("result %q", got)
	}
}

func TestTwoAbortsOfOneShipment(t *testing.T) {
	both := through()
	blue := both.Spec.Items[0]
	blue.Service, blue.Path = "blue", []string{"blue-development", "blue-production"}
	both.Spec.Items = append(both.Spec.Items, blue)
	w := newWorld(t, both, newFreight(), upstreamOf(development, 0), upstreamOf("blue-development", 0))
	w.abortShipment(t, productive)
	second := newAbort("blue-production")
	second.Name, second.UID = "abort-blue-production-2", "a2"
	second.Spec.Items[0].Shipments = []string{theRequest.Name}
	w.create(t, second)
	w.other(t, second.Name)
	s, _ := w.pass(t)
	if stands(s, 0) != "Aborted Aborted Aborted" || stands(s, 1) != "Aborted Aborted" {
		t.Errorf("red %s, blue %s", stands(s, 0), stands(s, 1))
	}
	for _, name := range []string{theAbort, second.Name} {
		want(t, w.other(t, name), "Succeeded", succeeded, "")
	}
}
