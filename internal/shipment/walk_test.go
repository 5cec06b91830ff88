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

const (
	pending   = v1alpha1.PhasePending
	promoting = v1alpha1.PhasePromoting
	verifying = v1alpha1.PhaseVerifying
	succeeded = v1alpha1.PhaseSucceeded
	failed    = v1alpha1.PhaseFailed
	aborted   = v1alpha1.PhaseAborted
)

func TestAPathIsWalkedStageByStage(t *testing.T) {
	w := newPath(t, 0)
	s, _ := w.pass(t)
	want(t, s, "Pending Pending Pending", pending, "")
	if s.Status.Progress != "0/3 done" || len(w.promotions(t)) != 1 {
		t.Errorf("progress %s, %d Promotions", s.Status.Progress, len(w.promotions(t)))
	}
	p := w.promotionEnds(t, development, kargoapi.PromotionPhaseSucceeded, "")
	s, _ = w.pass(t)
	want(t, s, "Verifying Pending Pending", verifying, "")

	w.runs(t, development, theFreight, p.Name, kargoapi.HealthStateHealthy)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Waiting Pending", promoting, "")
	if waits := s.Status.Items[0].Stages[1]; waits.Message != "3.2.0 is not verified in red-development." || waits.AvailableAt != nil {
		t.Errorf("waits: %+v", waits)
	}
	w.verifies(t, development, 0)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Pending Pending", promoting, "")
	if p := w.promotionTo(t, staging); p.Labels[v1alpha1.LabelShipmentItem] != "0-1" || p.Spec.Freight != theFreight {
		t.Errorf("labels %v, %+v", p.Labels, p.Spec)
	}
	w.arrives(t, staging)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")
	w.arrives(t, productive)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Succeeded", succeeded, "")
	if s.Status.Progress != "3/3 done" || len(w.promotions(t)) != 3 {
		t.Errorf("progress %s, %d Promotions", s.Status.Progress, len(w.promotions(t)))
	}
}

// onTheWay brings red to staging, which has verified it.
func onTheWay(t *testing.T, soak time.Duration) *world {
	t.Helper()
	w := newPath(t, soak)
	w.pass(t)
	w.arrives(t, development)
	w.pass(t)
	w.arrives(t, staging)
	return w
}

func TestAPathWaitsForTheFreightToSoak(t *testing.T) {
	w := onTheWay(t, time.Hour)
	s, result := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	waits := s.Status.Items[0].Stages[2]
	if !waits.AvailableAt.Equal(at(3600)) || waits.Message != "3.2.0 has to run upstream for a while first: it can go at 13:00 UTC on 4 May." {
		t.Errorf("waits: %+v", waits)
	}
	if result.RequeueAfter == 0 || result.RequeueAfter > time.Hour+clockSkew {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
	w.clock = at(3599).Time
	if _, result = w.pass(t); result.RequeueAfter != time.Second+clockSkew {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
	w.clock = w.clock.Add(result.RequeueAfter)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")
	if s.Status.Items[0].Stages[2].AvailableAt != nil || s.Status.Items[0].Stages[2].Message != "" {
		t.Errorf("still waits: %+v", s.Status.Items[0].Stages[2])
	}
	w.promotionTo(t, productive)
}

func TestAPathStopsAtTheFirstFailure(t *testing.T) {
	w := newPath(t, 0)
	w.pass(t)
	w.arrives(t, development)
	w.pass(t)
	w.promotionEnds(t, staging, kargoapi.PromotionPhaseFailed, "the build is on fire\nreally")
	s, _ := w.pass(t)
	want(t, s, "Succeeded Failed NotReached", failed, "stopped at red-staging: the build is on fire")
	if s.Status.Progress != "1/3 done, 1 failed" || len(w.promotions(t)) != 2 {
		t.Errorf("progress %s, %d Promotions", s.Status.Progress, len(w.promotions(t)))
	}
}

func TestStagesThatHaveTheFreightAreSkipped(t *testing.T) {
	for _, test := range []struct {
		name    string
		soak    time.Duration
		prepare func(*testing.T, *world)
		want    string
		made    int
	}{
		{"all run it", 0, func(t *testing.T, w *world) {
			t.Helper()
			for _, stage := range []string{development, staging, productive} {
				w.runs(t, stage, theFreight, "", kargoapi.HealthStateHealthy)
				w.verifies(t, stage, 0)
			}
		}, "Skipped Skipped Skipped", 0},
		{"the first runs it", 0, func(t *testing.T, w *world) {
			t.Helper()
			w.runs(t, development, theFreight, "", kargoapi.HealthStateHealthy)
			w.verifies(t, development, 0)
		}, "Skipped Pending Pending", 1},
		{"it was verified on the way before", time.Hour, func(t *testing.T, w *world) {
			t.Helper()
			w.verifies(t, development, 0)
			w.verifies(t, staging, time.Hour)
		}, "Skipped Skipped Pending", 1},
		{"it was verified on the way before, but did not soak", time.Hour, func(t *testing.T, w *world) {
			t.Helper()
			w.verifies(t, development, 0)
			w.verifies(t, staging, time.Minute)
		}, "Skipped Pending Pending", 1},
		{"it was verified in the last Stage before", 0, func(t *testing.T, w *world) {
			t.Helper()
			w.verifies(t, development, 0)
			w.verifies(t, staging, 0)
			w.verifies(t, productive, 0)
		}, "Skipped Skipped Pending", 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newPath(t, test.soak)
			test.prepare(t, w)
			s, _ := w.pass(t)
			if got := stands(s, 0); got != test.want || len(w.promotions(t)) != test.made {
				t.Errorf("it stands at %s, %d Promotions; want %s, %d", got, len(w.promotions(t)), test.want, test.made)
			}
			if test.made == 0 && (s.Status.Phase != succeeded || s.Status.Progress != "3/3 done") {
				t.Errorf("phase %s, %s", s.Status.Phase, s.Status.Progress)
			}
		})
	}
}

func TestAStageThatRunsTheFreightVerifiesIt(t *testing.T) {
	w := newPath(t, 0)
	w.runs(t, development, theFreight, "", kargoapi.HealthStateHealthy)
	s, _ := w.pass(t)
	want(t, s, "Verifying Pending Pending", verifying, "")
	w.says(t, development, func(s *kargoapi.StageStatus) {
		s.FreightHistory[0].VerificationHistory = []kargoapi.VerificationInfo{{Phase: kargoapi.VerificationPhaseFailed, Message: "too many errors"}}
	})
	s, _ = w.pass(t)
	want(t, s, "Failed NotReached NotReached", failed,
		"stopped at red-development: It runs there, but its verification ended: Failed. Kargo says: too many errors")
	if n := len(w.promotions(t)); n != 0 {
		t.Errorf("%d Promotions", n)
	}
}

func TestAnUnhealthyStageOnTheWayHasTimeToRecover(t *testing.T) {
	w := onTheWay(t, 0)
	sick := func(s *kargoapi.StageStatus) {
		s.Health = &kargoapi.Health{Status: kargoapi.HealthStateUnhealthy, Issues: []string{"Application red-staging is Degraded\nand more"}}
	}
	w.says(t, staging, sick)
	s, result := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	if waits := s.Status.Items[0].Stages[2]; waits.Message != "Stage red-staging is unhealthy." || result.RequeueAfter == 0 {
		t.Errorf("waits %+v, looked at again in %s", waits, result.RequeueAfter)
	}
	// It recovers for a moment while nothing is known of its health, and the time begins anew.
	w.clock = w.clock.Add(4 * time.Minute)
	w.says(t, staging, func(s *kargoapi.StageStatus) { s.Health.Status = kargoapi.HealthStateProgressing })
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	w.says(t, staging, sick)
	w.pass(t)
	w.clock = w.clock.Add(4 * time.Minute)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	w.clock = w.clock.Add(time.Minute)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Failed", failed,
		"stopped at red-production: Stage red-staging has been unhealthy for 5 minutes. Kargo says: Application red-staging is Degraded")
}

func TestAnUnhealthyStageOnTheWayThatHasToVerify(t *testing.T) {
	verifies := upstreamOf(development, 0)
	verifies.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	w := newWorld(t, through(), newFreight(), verifies, upstreamOf(staging, 0, development), upstreamOf(productive, 0, staging))
	w.pass(t)
	p := w.promotionEnds(t, development, kargoapi.PromotionPhaseSucceeded, "")
	w.runs(t, development, theFreight, p.Name, kargoapi.HealthStateUnhealthy)
	w.clock = w.clock.Add(unhealthyFor - time.Second)
	s, _ := w.pass(t)
	want(t, s, "Verifying Pending Pending", verifying, "")
	w.clock = w.clock.Add(time.Second)
	s, _ = w.pass(t)
	want(t, s, "Failed NotReached NotReached", failed, "stopped at red-development: It was promoted, but the Stage has been unhealthy for 5 minutes.")
}

func TestAPathStopsWhereSomethingElseWasPromoted(t *testing.T) {
	for _, test := range []struct {
		name     string
		verified bool
		soak     time.Duration
		stages   string
		message  string
	}{
		{"before it was verified", false, 0, "Succeeded Failed NotReached",
			"stopped at red-staging: Something else was promoted there before it was verified."},
		{"after it was verified", true, 0, "Succeeded Succeeded Pending", ""},
		{"before it had soaked", true, time.Hour, "Succeeded Succeeded Failed",
			"stopped at red-production: 3.2.0 did not run upstream for as long as Stage red-production requires."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newPath(t, test.soak)
			w.pass(t)
			w.arrives(t, development)
			w.pass(t)
			p := w.promotionEnds(t, staging, kargoapi.PromotionPhaseSucceeded, "")
			w.runs(t, staging, theFreight, p.Name, kargoapi.HealthStateHealthy)
			if test.verified {
				w.verifies(t, staging, time.Minute)
			}
			w.runs(t, staging, "ffffff0", p.Name+"z", kargoapi.HealthStateHealthy)
			s, _ := w.pass(t)
			if got := stands(s, 0); got != test.stages || s.Status.Message != test.message {
				t.Errorf("it stands at %s: %q", got, s.Status.Message)
			}
		})
	}
}

// refusing makes Kargo refuse Promotions to a Stage with these words.
func refusing(w *world, stage, message string) {
	w.faults.Create = failing(stage, &apierrors.StatusError{ErrStatus: metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid, Message: message,
	}}, w.admit)
}

func TestAPathStopsWhereKargoRefuses(t *testing.T) {
	w := onTheWay(t, 0)
	refusing(w, productive, "no changes on Fridays")
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Failed", failed, "stopped at red-production: The Promotion was refused: no changes on Fridays")
}

func TestKargoIsGivenTimeToNoticeThatTheFreightIsAvailable(t *testing.T) {
	const refusal = "spec.freight: Invalid value: Freight is not available to this Stage"
	w := onTheWay(t, 0)
	refusing(w, productive, refusal)
	s, result := w.pass(t)
	want(t, s, "Succeeded Succeeded Waiting", promoting, "")
	if result.RequeueAfter != time.Second {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
	w.clock = w.clock.Add(admissionLag - time.Second)
	w.faults.Create = nil
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")

	w = onTheWay(t, 0)
	refusing(w, productive, refusal)
	w.pass(t)
	w.clock = w.clock.Add(admissionLag)
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Failed", failed, "stopped at red-production: The Promotion was refused: "+refusal)
}

// Whoever promotes what was approved or verified a moment ago is not told that it is not available.
func TestKargoIsGivenAMomentInTheFirstStageToo(t *testing.T) {
	const refusal = "spec.freight: Invalid value: Freight is not available to this Stage"
	for _, test := range []struct {
		name    string
		after   time.Duration
		admits  bool
		stages  string
		phase   v1alpha1.ShipmentPhase
		message string
	}{
		{"it has noticed", time.Second, true, "Pending", pending, ""},
		{"it has noticed late", approvalLag - time.Second, true, "Pending", pending, ""},
		{"it has not", approvalLag - time.Second, false, "Waiting", promoting, ""},
		{"it does not", approvalLag, false, "Failed", failed, "The Promotion was refused: " + refusal},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, newShipment(), newFreight())
			refusing(w, productive, refusal)
			s, result := w.pass(t)
			want(t, s, "Waiting", promoting, "")
			if result.RequeueAfter != time.Second {
				t.Errorf("looked at again in %s", result.RequeueAfter)
			}
			if test.admits {
				w.faults.Create = nil
			}
			w.clock = w.clock.Add(test.after)
			s, _ = w.pass(t)
			want(t, s, test.stages, test.phase, test.message)
		})
	}
}

func TestAPromotionOnTheWayIsFoundAfterItsAnswerWasLost(t *testing.T) {
	w := onTheWay(t, 0)
	w.faults.Create = func(ctx context.Context, _ client.WithWatch, o client.Object, _ ...client.CreateOption) error {
		if err := w.admit(ctx, o.DeepCopyObject().(client.Object)); err != nil {
			return err
		}
		return errLost
	}
	var err error
	for range 3 { // until it is at the last Stage
		if _, err = w.controller(t).Reconcile(t.Context(), theRequest); err != nil {
			break
		}
	}
	if !errors.Is(err, errLost) {
		t.Fatalf("error: %v", err)
	}
	w.faults.Create = nil
	// By the time anybody looks again, it has run: this is not to be taken for a Stage that had it.
	w.arrives(t, productive)
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Succeeded", succeeded, "")
	if s.Status.Items[0].Stages[2].Promotion != w.promotionTo(t, productive).Name {
		t.Errorf("Promotion %q", s.Status.Items[0].Stages[2].Promotion)
	}
}

func TestTheNextStageAwaitsThatTheEndOfTheOneBeforeIsWritten(t *testing.T) {
	w := newPath(t, 0)
	w.pass(t)
	w.arrives(t, development)
	w.faults.SubResourcePatch = func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
		return errLost
	}
	for range 3 {
		if _, err := w.controller(t).Reconcile(t.Context(), theRequest); !errors.Is(err, errLost) {
			t.Fatalf("error: %v", err)
		}
	}
	if n := len(w.promotions(t)); n != 1 {
		t.Errorf("%d Promotions", n)
	}
}

// The caches of Stages and of Freight are filled independently of each other.
func TestNothingIsConcludedFromAFreightThatTheCacheHasNotSeenChange(t *testing.T) {
	w := onTheWay(t, 0)
	var before kargoapi.Freight
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theFreight}, &before); err != nil {
		t.Fatal(err)
	}
	before.Status = kargoapi.FreightStatus{VerifiedIn: map[string]kargoapi.VerifiedStage{development: {}}}
	w.runs(t, staging, "ffffff0", w.promotionTo(t, staging).Name+"z", kargoapi.HealthStateHealthy)
	w.faults.Get = func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
		if f, ok := o.(*kargoapi.Freight); ok {
			before.DeepCopyInto(f)
			return nil
		}
		return c.Get(ctx, key, o, opts...)
	}
	s, _ := w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")
	w.faults.Get = nil
	s, _ = w.pass(t)
	want(t, s, "Succeeded Succeeded Pending", promoting, "")
	w.promotionTo(t, productive)
}
