package shipment

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// losing is an API server that does not answer to what is written to a status.
func losing(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
	return errLost
}

// onFreight does as asked with statuses of Freight, and to others what an API server does.
func onFreight(do func(write func() error) error) func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
	return func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
		write := func() error { return c.SubResource(name).Patch(ctx, o, patch, opts...) }
		if _, ok := o.(*kargoapi.Freight); ok {
			return do(write)
		}
		return write()
	}
}

// approving is a world in which the Freight is to be approved for production.
func approving(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	s := the(v1alpha1.ActionApprove, func(item *v1alpha1.ShipmentItem) { item.Freight = theFreight })
	return newWorld(t, append(objects, s)...)
}

func (w *world) approved(t *testing.T) bool {
	t.Helper()
	var freight kargoapi.Freight
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theFreight}, &freight); err != nil {
		t.Fatal(err)
	}
	_, approved := freight.Status.ApprovedFor[productive]
	return approved
}

func approvedResult(t *testing.T, w *world, result string) {
	t.Helper()
	s, _ := w.pass(t)
	want(t, s, "Succeeded", succeeded, "")
	if got := s.Status.Items[0].Stages[0].Result; got != result || !w.approved(t) {
		t.Errorf("result %q, approved: %v", got, w.approved(t))
	}
}

func TestApprove(t *testing.T) {
	w := approving(t, newFreight(), upstreamOf(productive, 0, staging))
	w.verifies(t, staging, 0)
	approvedResult(t, w, "approved")
	if verified := w.freightOf(t).Status.VerifiedIn; len(verified) != 1 {
		t.Errorf("verified in %v", verified)
	}
}

func (w *world) freightOf(t *testing.T) *kargoapi.Freight {
	t.Helper()
	var freight kargoapi.Freight
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theFreight}, &freight); err != nil {
		t.Fatal(err)
	}
	return &freight
}

func TestApproveAgain(t *testing.T) {
	freight := newFreight()
	long := metav1.NewTime(noon.Add(-time.Hour))
	freight.Status.ApprovedFor = map[string]kargoapi.ApprovedStage{productive: {ApprovedAt: &long}}
	approvedResult(t, approving(t, freight, upstreamOf(productive, 0, staging)), "was approved already")
}

func TestAnApprovalWhoseAnswerWasLost(t *testing.T) {
	w := approving(t, newFreight(), upstreamOf(productive, 0, staging))
	w.faults.SubResourcePatch = onFreight(func(write func() error) error { return errors.Join(write(), errLost) })
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	approvedResult(t, w, "approved")
}

func TestAnApprovalThatIsNotThereIsTriedAgain(t *testing.T) {
	w := approving(t, newFreight(), upstreamOf(productive, 0, staging))
	w.faults.SubResourcePatch = onFreight(func(func() error) error { return nil })
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); err == nil {
		t.Fatal("no error")
	}
	if s := w.shipment(t); s.Status.Phase != pending {
		t.Errorf("phase %s", s.Status.Phase)
	}
	w.faults.SubResourcePatch = nil
	approvedResult(t, w, "approved")
}

func TestApprovalsThatCannotBe(t *testing.T) {
	other := upstreamOf(productive, 0, staging)
	other.Spec.RequestedFreight[0].Origin.Name = "blue"
	for _, test := range []struct {
		name    string
		objects []client.Object
		message string
	}{
		{"no Freight", []client.Object{upstreamOf(productive, 0, staging)}, "The Freight 3.2.0 is gone from Kargo."},
		{"another Warehouse", []client.Object{newFreight(), other}, "Stage red-production takes no Freight from the Warehouse that 3.2.0 comes from."},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _ := approving(t, test.objects...).pass(t)
			want(t, s, "Failed", failed, test.message)
		})
	}
	t.Run("no Stage", func(t *testing.T) {
		w := approving(t, newFreight())
		stage := &kargoapi.Stage{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: productive}}
		if err := w.server.Delete(t.Context(), stage); err != nil {
			t.Fatal(err)
		}
		s, _ := w.pass(t)
		want(t, s, "Failed", failed, "The Stage red-production is gone from Kargo.")
	})
	t.Run("not permitted", func(t *testing.T) {
		w := approving(t, newFreight(), upstreamOf(productive, 0, staging))
		w.faults.SubResourcePatch = onFreight(func(func() error) error {
			return &apierrors.StatusError{ErrStatus: metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
				Message: `freights "e72fb09c" is forbidden: User "bot" cannot patch resource "freights/status"`}}
		})
		s, _ := w.pass(t)
		want(t, s, "Failed", failed, "The bot itself may not approve Freight: its ServiceAccount needs the verb patch on freights/status.")
	})
}
