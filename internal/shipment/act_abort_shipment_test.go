package shipment

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// batchOf asks for services to go along these paths, all in one request.
func batchOf(paths ...[]string) *v1alpha1.Shipment {
	s := newShipment()
	item := s.Spec.Items[0]
	s.Spec.Items = nil
	for _, path := range paths {
		item.Path = path
		s.Spec.Items = append(s.Spec.Items, item)
	}
	return s
}

// abortBy asks for the Shipment to be aborted by way of several Stages, one an item, now.
func (w *world) abortBy(t *testing.T, stages ...string) *v1alpha1.Shipment {
	t.Helper()
	abort := newAbort("")
	abort.CreationTimestamp.Time = w.clock
	item := abort.Spec.Items[0]
	item.Shipments = []string{theRequest.Name}
	abort.Spec.Items = nil
	for _, stage := range stages {
		item.Path = []string{stage}
		abort.Spec.Items = append(abort.Spec.Items, item)
	}
	w.create(t, abort)
	return w.other(t, theAbort)
}

func TestSeveralServicesOfABatchAreAborted(t *testing.T) {
	const blue, yellow = "blue-production", "yellow-production"
	w := newWorld(t, batchOf([]string{productive}, []string{blue}, []string{yellow}), newFreight(), upstreamOf(blue, 0), upstreamOf(yellow, 0))
	w.pass(t)
	w.abortBy(t, productive, blue)
	for stage, asked := range map[string]bool{productive: true, blue: true, yellow: false} {
		if p := w.promotionTo(t, stage); (p.Annotations[kargoapi.AnnotationKeyAbort] != "") != asked {
			t.Errorf("Promotion to %s: %v", stage, p.Annotations)
		}
	}
	w.promotionEnds(t, productive, kargoapi.PromotionPhaseAborted, "")
	w.promotionEnds(t, blue, kargoapi.PromotionPhaseAborted, "")
	w.promotionBecomes(t, w.promotionTo(t, yellow).Name, kargoapi.PromotionPhaseRunning)
	s, _ := w.pass(t)
	if got := stands(s, 0) + stands(s, 1) + stands(s, 2); got != "AbortedAbortedPromoting" {
		t.Errorf("it stands at %s", got)
	}
	// What the third does is none of its business.
	abort := w.other(t, theAbort)
	want(t, abort, "Succeeded", succeeded, "")
	for i := range abort.Status.Items {
		if got := abort.Status.Items[i].Stages[0].Result; got != "1 promotion aborted" {
			t.Errorf("result %q", got)
		}
	}
}

func TestAnAbortByWayOfAStageThatIsOverStopsNothing(t *testing.T) {
	for _, test := range []struct {
		name  string
		after time.Duration
		red   string
	}{
		{"just after", abortMargin, "Succeeded Aborted Aborted"},
		{"long after", abortMargin + time.Second, "Succeeded Waiting Pending"},
	} {
		t.Run(test.name, func(t *testing.T) {
			const blue = "blue-development"
			w := newWorld(t, batchOf([]string{development, staging, productive}, []string{blue}), newFreight(),
				upstreamOf(development, 0), upstreamOf(staging, time.Hour, development), upstreamOf(productive, 0, staging), upstreamOf(blue, 0))
			w.pass(t)
			w.arrives(t, development)
			w.pass(t)
			w.clock = w.clock.Add(test.after)
			w.abortBy(t, development, blue)
			w.promotionEnds(t, blue, kargoapi.PromotionPhaseAborted, "")
			s, _ := w.pass(t)
			if stands(s, 0) != test.red || stands(s, 1) != "Aborted" {
				t.Errorf("red %s, blue %s", stands(s, 0), stands(s, 1))
			}
			if abort := w.other(t, theAbort); !abort.Status.Phase.IsTerminal() {
				t.Errorf("the abort is %s", abort.Status.Phase)
			}
		})
	}
}

// verifyingIn brings red to a Stage of its path that verifies it.
func verifyingIn(t *testing.T, path ...string) *world {
	t.Helper()
	verifies := upstreamOf(path[0], 0)
	verifies.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	w := newWorld(t, batchOf(path), newFreight(), verifies, upstreamOf(staging, 0, development))
	w.pass(t)
	p := w.promotionEnds(t, path[0], kargoapi.PromotionPhaseSucceeded, "")
	w.runs(t, path[0], theFreight, p.Name, kargoapi.HealthStateHealthy)
	w.clock = w.clock.Add(unhealthyFor - time.Second)
	s, _ := w.pass(t)
	if s.Status.Phase != verifying {
		t.Fatalf("it is %s", s.Status.Phase)
	}
	return w
}

func TestWhatIsOnlyBeingVerifiedIsNotAborted(t *testing.T) {
	w := verifyingIn(t, productive)
	abort := w.abortBy(t, productive)
	want(t, abort, "Failed", failed, "It was promoted already, and is being verified.")
	s, _ := w.pass(t)
	want(t, s, "Verifying", verifying, "")
}

func TestWhatIsOnlyBeingVerifiedGoesNoFurther(t *testing.T) {
	w := verifyingIn(t, development, staging)
	want(t, w.abortBy(t, development), "Pending", pending, "")
	s, _ := w.pass(t)
	want(t, s, "Verifying Aborted", verifying, "stopped at red-staging: Stopped by hubot.")
	abort := w.other(t, theAbort)
	want(t, abort, "Succeeded", succeeded, "")
	if got := abort.Status.Items[0].Stages[0].Result; got != "1 request stopped" {
		t.Errorf("result %q", got)
	}
	w.says(t, development, func(s *kargoapi.StageStatus) {
		s.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{{Phase: kargoapi.VerificationPhaseSuccessful}}
	})
	w.verifies(t, development, 0)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Aborted", aborted, "stopped at red-staging: Stopped by hubot.")
}

func TestAnAbortOfWhatEndedAndWhatIsBeingVerified(t *testing.T) {
	w := verifyingIn(t, productive)
	abort := newAbort(productive)
	abort.Spec.Items[0].Shipments, abort.Spec.Items[0].Promotions = []string{theRequest.Name}, []string{"failed"}
	w.create(t, aPromotion("failed", kargoapi.PromotionPhaseFailed))
	w.create(t, abort)
	want(t, w.other(t, theAbort), "Failed", failed, "The 2 promotions had already ended: Failed, Succeeded.")
}

func TestAnAbortOfAShipmentThatWasOverBeforeItBegan(t *testing.T) {
	w := newWorld(t, newShipment())
	s := w.shipment(t)
	s.Status.Phase = aborted
	if err := w.server.Status().Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	abort := w.abortBy(t, productive)
	want(t, abort, "Succeeded", succeeded, "")
	if got := abort.Status.Items[0].Stages[0].Result; got != "1 request stopped" {
		t.Errorf("result %q", got)
	}
}
