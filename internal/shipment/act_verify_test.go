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

// the makes a Shipment of red in production with that action.
func the(action v1alpha1.ShipmentAction, change func(*v1alpha1.ShipmentItem)) *v1alpha1.Shipment {
	s := newShipment()
	s.Spec.Action = action
	s.Spec.Items[0].Freight = ""
	change(&s.Spec.Items[0])
	return s
}

// verifyAgain is a world in which production is to verify again what it runs, whose verification v1 failed.
func verifyAgain(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, the(v1alpha1.ActionVerify, func(item *v1alpha1.ShipmentItem) { item.Verification = "v1" }), newFreight())
	w.runs(t, productive, theFreight, "", kargoapi.HealthStateHealthy)
	w.verifications(t, verification("v1", kargoapi.VerificationPhaseFailed))
	return w
}

func verification(id string, phase kargoapi.VerificationPhase) kargoapi.VerificationInfo {
	return kargoapi.VerificationInfo{ID: id, Phase: phase, Message: "too many errors"}
}

// verifications says how what production runs was verified, newest first.
func (w *world) verifications(t *testing.T, history ...kargoapi.VerificationInfo) {
	t.Helper()
	w.says(t, productive, func(s *kargoapi.StageStatus) { s.FreightHistory[0].VerificationHistory = history })
}

func TestVerifyAgain(t *testing.T) {
	const ok, bad, running = kargoapi.VerificationPhaseSuccessful, kargoapi.VerificationPhaseFailed, kargoapi.VerificationPhaseRunning
	old := verification("v1", bad)
	for _, test := range []struct {
		name    string
		history []kargoapi.VerificationInfo
		phase   v1alpha1.ShipmentPhase
		message string
		result  string
	}{
		{"not begun", []kargoapi.VerificationInfo{old}, verifying, "", ""},
		{"runs", []kargoapi.VerificationInfo{verification("v2", running), old}, verifying, "", ""},
		{"successful", []kargoapi.VerificationInfo{verification("v2", ok), old}, succeeded, "", "verified again"},
		{"failed again", []kargoapi.VerificationInfo{verification("v2", bad), old}, failed,
			"It was verified again, but its verification ended: Failed. Kargo says: too many errors", ""},
		{"at the third time", []kargoapi.VerificationInfo{verification("v3", ok), verification("v2", bad), old}, succeeded, "", "verified again"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verifyAgain(t)
			s, _ := w.pass(t)
			want(t, s, "Verifying", verifying, "")
			var stage kargoapi.Stage
			if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: productive}, &stage); err != nil {
				t.Fatal(err)
			}
			if got := stage.Annotations[kargoapi.AnnotationKeyReverify]; got != "v1" {
				t.Errorf("asked for %q", got)
			}
			w.verifications(t, test.history...)
			s, _ = w.pass(t)
			want(t, s, string(test.phase), test.phase, test.message)
			if got := s.Status.Items[0].Stages[0]; got.Result != test.result || got.Health != "Healthy" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestVerifyAgainOfAStageThatMovesOn(t *testing.T) {
	w := verifyAgain(t)
	w.pass(t)
	w.runs(t, productive, "ffffff0", "", kargoapi.HealthStateHealthy)
	s, _ := w.pass(t)
	want(t, s, "Failed", failed, "The Stage runs something else by now.")
}

func TestVerifyAgainThatDoesNotBegin(t *testing.T) {
	for _, test := range []struct {
		name    string
		change  func(*kargoapi.StageStatus)
		message string
	}{
		{"unhealthy", func(s *kargoapi.StageStatus) { s.Health.Status = kargoapi.HealthStateUnhealthy },
			"Kargo has not begun to verify again: it verifies only what is healthy, and the health of this Stage is Unhealthy."},
		{"no health", func(s *kargoapi.StageStatus) { s.Health = nil },
			"Kargo has not begun to verify again: it verifies only what is healthy, and the health of this Stage is not known."},
		{"a Promotion", func(s *kargoapi.StageStatus) { s.CurrentPromotion = &kargoapi.PromotionReference{Name: "p"} },
			"Kargo has not begun to verify again: the Stage is being promoted to."},
		{"no reason", func(*kargoapi.StageStatus) {}, "Kargo has not begun to verify again."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := verifyAgain(t)
			w.says(t, productive, test.change)
			_, result := w.pass(t)
			if result.RequeueAfter == 0 {
				t.Error("not looked at again")
			}
			w.clock = w.clock.Add(verificationSilence - time.Second)
			s, _ := w.pass(t)
			want(t, s, "Verifying", verifying, "")
			w.clock = w.clock.Add(time.Second)
			s, _ = w.pass(t)
			want(t, s, "Failed", failed, test.message)
		})
	}
}

func TestVerifyAgainAwaitsTheOneThatRuns(t *testing.T) {
	w := verifyAgain(t)
	w.verifications(t, verification("v1", kargoapi.VerificationPhaseRunning))
	w.pass(t)
	w.clock = w.clock.Add(time.Hour)
	s, _ := w.pass(t)
	want(t, s, "Verifying", verifying, "")
	over := verification("v1", kargoapi.VerificationPhaseFailed)
	now := metav1.NewTime(w.clock)
	over.FinishTime = &now
	w.verifications(t, over)
	s, _ = w.pass(t)
	want(t, s, "Verifying", verifying, "")
}

// The replica that took the command may have seen more than the one that carries it out.
func TestVerifyAgainOfAStageThatTheCacheHasNotSeenVerified(t *testing.T) {
	w := verifyAgain(t)
	w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		err := c.Get(ctx, key, o, opts...)
		if stage, ok := o.(*kargoapi.Stage); ok {
			stage.Status.FreightHistory[0].VerificationHistory = nil
		}
		return err
	}
	s, _ := w.pass(t)
	want(t, s, "Verifying", verifying, "")
}

func TestVerifyAgainThatCannotBeAskedFor(t *testing.T) {
	w := verifyAgain(t)
	w.faults.Patch = func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return errLost
	}
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.Patch = func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden,
			Message: `stages "red-production" is forbidden: User "bot" cannot patch resource "stages"`}}
	}
	s, _ := w.pass(t)
	want(t, s, "Failed", failed, "The bot itself may not have this Stage verified: its ServiceAccount needs the verb patch on stages.")
}
