package shipment

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
)

// writes plans what becomes of the next writes of a status: nil for one that goes well.
func (w *world) writes(outcomes ...error) {
	w.faults.SubResourcePatch = func(ctx context.Context, c client.Client, name string, o client.Object, patch client.Patch, opts ...client.SubResourcePatchOption) error {
		if len(outcomes) > 0 {
			err := outcomes[0]
			outcomes = outcomes[1:]
			if err != nil {
				return err
			}
		}
		return c.SubResource(name).Patch(ctx, o, patch, opts...)
	}
}

func TestACacheThatIsBehindPostsNothingTwice(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.stale = w.shipment(t)
	for range 3 {
		w.report(t, r)
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	// The cache shows the end, and still not what was reported.
	w.stale = w.shipment(t)
	w.stale.Status.Reports = nil
	for range 3 {
		w.clock = w.clock.Add(time.Second)
		w.report(t, r)
		// A new process goes by what was recorded, not by the cache.
		r = w.reporter(t, s)
	}
	if diff := cmp.Diff([]string{live, live}, s.titles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNothingIsPostedThatCouldNotBeAnnounced(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.writes(errLost)
	if _, err := r.Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	if len(s.calls) > 0 || len(w.shipment(t).Status.Reports) > 0 {
		t.Fatalf("calls %v, reports %v", s.calls, w.shipment(t).Status.Reports)
	}
	// It was not announced, so it was not sent, so it need not be looked for.
	w.report(t, r)
	if diff := cmp.Diff([]string{"post Card"}, s.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
}

func TestWhatWasPostedAndCouldNotBeRecordedIsRemembered(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.writes(nil, errLost, errLost)
	if _, err := r.Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	// As long as it can't be recorded, nothing else is said.
	if _, err := r.Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.report(t, r)
	if diff := cmp.Diff([]string{"post Card"}, s.calls); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
	if reports := w.shipment(t).Status.Reports; len(reports) != 1 || reports[0].ID != "1" {
		t.Errorf("reports: %+v", reports)
	}
}

func TestARestartAfterWhatCouldNotBeRecordedFindsTheMessage(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	w.writes(nil, errLost)
	if _, err := w.reporter(t, s).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	w.report(t, w.reporter(t, s))
	if diff := cmp.Diff([]string{live, live}, s.titles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"post Card", "find Card"}, s.calls[:2]); diff != "" {
		t.Errorf("calls: -want +got\n%s", diff)
	}
}

func TestALostAnswerToAPostIsLookedFor(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{lost: true}
	r := w.reporter(t, s)
	if _, err := r.Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.report(t, r)
	if diff := cmp.Diff([]string{begun}, s.titles()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestReportsAndProgressDoNotOverwriteOneAnother(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r, c := w.reporter(t, s), w.controller(t)
	w.report(t, r)
	got, _ := w.reconcile(t, c)
	if len(got.Status.Reports) != 1 {
		t.Errorf("the controller removed reports: %+v", got.Status)
	}
	w.clock = w.clock.Add(time.Minute)
	w.kargoSays(t, running(1))
	w.stale = w.shipment(t)
	got, _ = w.reconcile(t, c)
	w.report(t, r)
	if after := w.shipment(t); after.Status.Phase != got.Status.Phase || after.Status.Phase != v1alpha1.PhasePromoting {
		t.Errorf("the reporter changed the phase to %s", after.Status.Phase)
	}
}

func TestALedgerDoesNotMixUpAShipmentWithOneOfTheSameName(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	replaced := newShipment()
	replaced.UID = "of-before"
	w.stale = replaced
	if _, err := w.reporter(t, s).Reconcile(t.Context(), theRequest); err == nil {
		t.Error("no error")
	}
	if len(s.calls) > 0 {
		t.Errorf("calls: %v", s.calls)
	}
}

func TestALedgerForgetsWhatIsSettled(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.report(t, r)
	if r.ledger.Len() != 1 {
		t.Fatalf("%d pages", r.ledger.Len())
	}
	w.becomes(t, v1alpha1.PhaseSucceeded, "")
	w.report(t, r)
	w.report(t, r)
	if r.ledger.Len() != 0 {
		t.Errorf("%d pages", r.ledger.Len())
	}
}

func TestALedgerForgetsWhatIsGone(t *testing.T) {
	w, s := newWorld(t, newShipment()), &sink{}
	r := w.reporter(t, s)
	w.report(t, r)
	if err := w.server.Delete(t.Context(), w.shipment(t)); err != nil {
		t.Fatal(err)
	}
	w.report(t, r)
	if r.ledger.Len() != 0 {
		t.Errorf("%d pages", r.ledger.Len())
	}
}

func TestAShipmentThatIsGoneIsNotReported(t *testing.T) {
	w, s := newWorld(t), &sink{}
	w.stale = newShipment()
	if _, err := w.reporter(t, s).Reconcile(t.Context(), theRequest); err != nil {
		t.Errorf("error: %v", err)
	}
	w.stale = nil
	if _, err := w.reporter(t, s).Reconcile(t.Context(), theRequest); err != nil {
		t.Errorf("error: %v", err)
	}
	if len(s.calls) > 0 {
		t.Errorf("calls: %v", s.calls)
	}
}
