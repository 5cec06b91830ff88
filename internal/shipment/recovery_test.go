package shipment

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

var errLost = errors.New("connection reset by peer")

type createFunc = func(context.Context, client.WithWatch, client.Object, ...client.CreateOption) error

// failing makes Promotions to that Stage fail, and others as create does.
func failing(stage string, err error, create func(context.Context, client.Object) error) createFunc {
	return func(ctx context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
		if p, ok := o.(*kargoapi.Promotion); ok && p.Spec.Stage == stage {
			return err
		}
		return create(ctx, o)
	}
}

func TestAPromotionIsFoundAfterItsAnswerWasLost(t *testing.T) {
	w := newWorld(t, newShipment())
	w.faults.Create = func(ctx context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
		if err := w.admit(ctx, o.DeepCopyObject().(client.Object)); err != nil {
			return err
		}
		return errLost
	}
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.Create = nil
	if s, _ := w.reconcile(t, w.controller(t)); s.Status.Items[0].Stages[0].Promotion != w.promotion(t).Name {
		t.Errorf("status: %+v", s.Status.Items)
	}
}

func TestAPromotionIsFoundThoughItsNameCouldNotBeRecorded(t *testing.T) {
	w := newWorld(t, newShipment())
	w.faults.SubResourcePatch = func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
		return errLost
	}
	if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.SubResourcePatch = nil
	if s, _ := w.reconcile(t, w.controller(t)); s.Status.Items[0].Stages[0].Promotion != w.promotion(t).Name {
		t.Errorf("status: %+v", s.Status.Items)
	}
}

func TestACacheThatIsBehindMakesNoSecondPromotion(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.stale = w.shipment(t)
	for range 3 {
		w.reconcile(t, c)
	}
	w.promotion(t)
}

func TestTheEndIsWrittenAndCountedOnceThoughTheCacheIsBehind(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	before, _ := w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseFailed, "no"))
	finished, _ := w.reconcile(t, c)
	w.stale, w.clock = before, at(60).Time
	s, result := w.reconcile(t, c)
	if result.RequeueAfter == 0 || !s.Status.FinishedAt.Equal(finished.Status.FinishedAt) {
		t.Errorf("again in %s, finished at %s", result.RequeueAfter, s.Status.FinishedAt)
	}
	if got := w.counted(t, "kargobot_shipments_total", "Failed"); got != 1 {
		t.Errorf("counted %v times", got)
	}
}

// A pass that could not look at an item has of it what the cache had: that is not to undo its end.
func TestAnEndIsNotWrittenOverByAPassThatCouldNotLookAtIt(t *testing.T) {
	several := many(2)
	w := newWorld(t, several, newFreight())
	before, _ := w.pass(t)
	w.promotionEnds(t, "service-0-production", kargoapi.PromotionPhaseFailed, "no")
	s, _ := w.pass(t)
	want(t, s, "Failed", pending, "no")
	w.stale = before
	w.promotionBecomes(t, w.promotionTo(t, "service-1-production").Name, kargoapi.PromotionPhaseRunning)
	w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if _, ok := o.(*kargoapi.Promotion); ok && key.Name == s.Status.Items[0].Stages[0].Promotion {
			return errLost
		}
		return c.Get(ctx, key, o, opts...)
	}
	if result, err := w.controller(t).Reconcile(t.Context(), theRequest); result.RequeueAfter == 0 && err == nil {
		t.Error("not looked at again")
	}
	want(t, w.shipment(t), "Failed", pending, "no")
	w.stale, w.faults.Get = nil, nil
	s, _ = w.pass(t)
	if got := stands(s, 0) + stands(s, 1); got != "FailedPromoting" {
		t.Errorf("it stands at %s", got)
	}
}

func TestAnEndIsNotWrittenOverByAPassThatLeavesItToTheNext(t *testing.T) {
	w := newWorld(t, many(3*batch), newFreight())
	before := w.shipment(t)
	last := 3*batch - 1
	refusing(w, fmt.Sprintf("service-%d-production", last), "no changes on Fridays")
	c := w.controller(t)
	for stands := pending; stands != failed; {
		s, _ := w.reconcile(t, c)
		stands = s.Status.Items[last].Stages[0].Phase
	}
	w.stale = before
	// This pass has its hands full with the first ones.
	w.reconcile(t, c)
	w.stale = nil
	if got := w.shipment(t).Status.Items[last].Stages[0]; got.Phase != failed {
		t.Errorf("%s: %s", got.Phase, got.Message)
	}
}

func TestARestartAtAnyPointChangesNothing(t *testing.T) {
	w := newWorld(t, newShipment())
	for _, says := range []kargoapi.PromotionStatus{{}, running(0), running(1), ended(kargoapi.PromotionPhaseSucceeded, "")} {
		w.reconcile(t, w.controller(t))
		w.kargoSays(t, says)
	}
	w.reconcile(t, w.controller(t))
	w.noted(t)
	if s, _ := w.reconcile(t, w.controller(t)); s.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("phase %s", s.Status.Phase)
	}
	w.promotion(t)
}

func TestARefusedPromotionFailsTheShipment(t *testing.T) {
	w := newWorld(t, newShipment())
	w.faults.Create = failing("red-production", &apierrors.StatusError{ErrStatus: metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid, Message: "no changes on Fridays",
	}}, w.admit)
	c := w.controller(t)
	s, _ := w.reconcile(t, c)
	if s.Status.Phase != v1alpha1.PhaseFailed || s.Status.Message != "The Promotion was refused: no changes on Fridays" || s.Status.FinishedAt == nil {
		t.Errorf("status %+v", s.Status)
	}
	// What was refused once is not asked for again.
	w.faults.Create = nil
	w.reconcile(t, c)
	if got := len(w.promotions(t)); got != 0 {
		t.Errorf("%d Promotions", got)
	}
}

// remove deletes the Promotion.
func (w *world) remove(t *testing.T) {
	t.Helper()
	if err := w.server.Delete(t.Context(), w.promotion(t)); err != nil {
		t.Fatal(err)
	}
}

func TestADeletedPromotionAbortsTheShipment(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, running(1))
	w.reconcile(t, c)
	w.remove(t)
	s, _ := w.reconcile(t, c)
	if s.Status.Phase != v1alpha1.PhaseAborted || s.Status.Message != "The Promotion was deleted from Kargo before it ended." {
		t.Errorf("status %+v", s.Status)
	}
	w.reconcile(t, c)
	if got := len(w.promotions(t)); got != 0 {
		t.Errorf("made again: %d Promotions", got)
	}
}

func TestADeletedPromotionThatHadSucceededDoesNot(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	verifying := func(phase kargoapi.VerificationPhase) func(*kargoapi.Stage) {
		return func(stage *kargoapi.Stage) {
			stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
			stage.Status.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{{Phase: phase}}
		}
	}
	w.kargoSays(t, ended(kargoapi.PromotionPhaseSucceeded, ""))
	w.noted(t)
	w.stageSays(t, verifying(kargoapi.VerificationPhaseRunning))
	w.reconcile(t, c)
	w.remove(t)
	if s, _ := w.reconcile(t, c); s.Status.Phase != v1alpha1.PhaseVerifying {
		t.Fatalf("phase %s: %s", s.Status.Phase, s.Status.Message)
	}
	w.stageSays(t, verifying(kargoapi.VerificationPhaseSuccessful))
	s, _ := w.reconcile(t, c)
	if stage := s.Status.Items[0].Stages[0]; s.Status.Phase != v1alpha1.PhaseSucceeded || len(stage.Steps) != 2 || stage.FinishedAt == nil {
		t.Errorf("status %+v", s.Status)
	}
}

func TestAPromotionThatTheCacheHasNotSeenIsReadFromTheServer(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, running(1))
	w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if _, ok := o.(*kargoapi.Promotion); ok {
			return apierrors.NewNotFound(kargoapi.GroupVersion.WithResource("promotions").GroupResource(), key.Name)
		}
		return c.Get(ctx, key, o, opts...)
	}
	if s, _ := w.reconcile(t, c); s.Status.Phase != v1alpha1.PhasePromoting {
		t.Errorf("phase %s: %s", s.Status.Phase, s.Status.Message)
	}
}

func TestNothingIsConcludedFromAServerThatDoesNotAnswer(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	before, _ := w.reconcile(t, c)
	w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if _, ok := o.(*kargoapi.Promotion); ok {
			return errLost
		}
		return c.Get(ctx, key, o, opts...)
	}
	if _, err := c.Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
		t.Errorf("error: %v", err)
	}
	if s := w.shipment(t); s.Status.Phase != before.Status.Phase {
		t.Errorf("phase %s", s.Status.Phase)
	}
}

func TestAShipmentThatIsBeingDeletedIsLeftAlone(t *testing.T) {
	deleted := newShipment()
	deleted.DeletionTimestamp, deleted.Finalizers = at(0), []string{"acme.dev/keep"}
	w := newWorld(t, deleted)
	w.reconcile(t, w.controller(t))
	if got := len(w.promotions(t)); got != 0 {
		t.Errorf("%d Promotions", got)
	}
}
