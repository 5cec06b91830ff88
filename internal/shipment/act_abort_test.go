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
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// aPromotion is one that somebody made.
func aPromotion(name string, phase kargoapi.PromotionPhase) *kargoapi.Promotion {
	return &kargoapi.Promotion{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
		Spec:       kargoapi.PromotionSpec{Stage: productive, Freight: theFreight},
		Status:     kargoapi.PromotionStatus{Phase: phase},
	}
}

// promotionBecomes changes the phase of a Promotion.
func (w *world) promotionBecomes(t *testing.T, name string, phase kargoapi.PromotionPhase) {
	t.Helper()
	var p kargoapi.Promotion
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &p); err != nil {
		t.Fatal(err)
	}
	p.Status.Phase = phase
	if err := w.server.Status().Update(t.Context(), &p); err != nil {
		t.Fatal(err)
	}
}

func TestAbortOfPromotions(t *testing.T) {
	const (
		running, queued = kargoapi.PromotionPhaseRunning, kargoapi.PromotionPhasePending
		ok, bad, over   = kargoapi.PromotionPhaseSucceeded, kargoapi.PromotionPhaseFailed, kargoapi.PromotionPhaseAborted
	)
	for _, test := range []struct {
		name    string
		are     []kargoapi.PromotionPhase
		become  []kargoapi.PromotionPhase
		phase   v1alpha1.ShipmentPhase
		result  string
		message string
	}{
		{"one", []kargoapi.PromotionPhase{running}, []kargoapi.PromotionPhase{over}, succeeded, "1 promotion aborted", ""},
		{"what runs and what waits", []kargoapi.PromotionPhase{running, queued}, []kargoapi.PromotionPhase{over, over}, succeeded, "2 promotions aborted", ""},
		{"one of two in time", []kargoapi.PromotionPhase{running, queued}, []kargoapi.PromotionPhase{ok, over}, succeeded, "1 promotion aborted, 1 had already ended", ""},
		{"too late", []kargoapi.PromotionPhase{running}, []kargoapi.PromotionPhase{ok}, failed, "", "The promotion had already ended: Succeeded."},
		{"too late for several", []kargoapi.PromotionPhase{ok, bad}, []kargoapi.PromotionPhase{ok, bad}, failed, "", "The 2 promotions had already ended: Failed, Succeeded."},
		{"nothing", nil, nil, succeeded, "nothing was left to abort", ""},
		{"not yet", []kargoapi.PromotionPhase{running}, []kargoapi.PromotionPhase{running}, pending, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			abort := newAbort(productive)
			objects := []client.Object{abort}
			for i, phase := range test.are {
				name := string(rune('a' + i))
				abort.Spec.Items[0].Promotions = append(abort.Spec.Items[0].Promotions, name)
				objects = append(objects, aPromotion(name, phase))
			}
			w := newWorld(t, objects...)
			w.other(t, theAbort)
			for i, phase := range test.become {
				name := string(rune('a' + i))
				var p kargoapi.Promotion
				if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &p); err != nil {
					t.Fatal(err)
				}
				if asked := p.Annotations[kargoapi.AnnotationKeyAbort] == kargoapi.AbortActionTerminate; asked == test.are[i].IsTerminal() {
					t.Errorf("%s is %s; asked to abort: %v", name, test.are[i], asked)
				}
				w.promotionBecomes(t, name, phase)
			}
			s := w.other(t, theAbort)
			want(t, s, string(test.phase), test.phase, test.message)
			if got := s.Status.Items[0].Stages[0].Result; got != test.result {
				t.Errorf("result %q, want %q", got, test.result)
			}
		})
	}
}

func TestAbortOfWhatIsGone(t *testing.T) {
	abort := newAbort(productive)
	abort.Spec.Items[0].Promotions, abort.Spec.Items[0].Shipments = []string{"gone"}, []string{"gone-too"}
	w := newWorld(t, abort)
	s := w.other(t, theAbort)
	want(t, s, "Succeeded", succeeded, "")
	if got := s.Status.Items[0].Stages[0].Result; got != "nothing was left to abort" {
		t.Errorf("result %q", got)
	}
}

func TestAnAbortIsAskedForAgainAfterItsAnswerWasLost(t *testing.T) {
	abort := newAbort(productive)
	abort.Spec.Items[0].Promotions = []string{"a"}
	w := newWorld(t, abort, aPromotion("a", kargoapi.PromotionPhaseRunning))
	w.faults.Patch = func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return errLost
	}
	key := reconcile.Request{NamespacedName: client.ObjectKeyFromObject(abort)}
	if _, err := w.controller(t).Reconcile(t.Context(), key); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.Patch = nil
	w.other(t, theAbort)
	w.promotionBecomes(t, "a", kargoapi.PromotionPhaseAborted)
	want(t, w.other(t, theAbort), "Succeeded", succeeded, "")
}

func TestAnAbortThatIsRefused(t *testing.T) {
	abort := newAbort(productive)
	abort.Spec.Items[0].Promotions = []string{"a"}
	w := newWorld(t, abort, aPromotion("a", kargoapi.PromotionPhaseRunning))
	w.faults.Patch = func(context.Context, client.WithWatch, client.Object, client.Patch, ...client.PatchOption) error {
		return &apierrors.StatusError{ErrStatus: metav1.Status{
			Code: http.StatusForbidden, Reason: metav1.StatusReasonForbidden, Message: `promotions "a" is forbidden: User "bot" cannot patch resource "promotions"`,
		}}
	}
	want(t, w.other(t, theAbort), "Failed", failed,
		"The bot itself may not abort Promotions to this Stage: its ServiceAccount needs the verbs patch on promotions and promote on the Stage.")
}

func TestAnAbortThatKargoDoesNotCarryOut(t *testing.T) {
	abort := newAbort(productive)
	abort.Spec.Items[0].Promotions = []string{"a"}
	w := newWorld(t, abort, aPromotion("a", kargoapi.PromotionPhaseRunning))
	w.other(t, theAbort)
	w.clock = w.clock.Add(abortSilence - time.Second)
	want(t, w.other(t, theAbort), "Pending", pending, "")
	w.clock = w.clock.Add(time.Second)
	want(t, w.other(t, theAbort), "Failed", failed, "Kargo has not ended it within 10 minutes.")
}
