package shipment

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestAShipmentBecomesOnePromotion(t *testing.T) {
	w := newWorld(t, newShipment())
	s, _ := w.reconcile(t, w.controller(t))
	p := w.promotion(t)
	if p.Spec.Stage != "red-production" || p.Spec.Freight != "e72fb09c" || p.Namespace != "microsvcs" {
		t.Errorf("Promotion %+v", p.Spec)
	}
	labels := map[string]string{v1alpha1.LabelShipmentUID: "5d0c6f3e", v1alpha1.LabelShipmentItem: "0-0"}
	if diff := cmp.Diff(labels, p.Labels); diff != "" {
		t.Errorf("labels: -want +got\n%s", diff)
	}
	annotations := map[string]string{v1alpha1.AnnotationShipment: theRequest.Name, v1alpha1.AnnotationRequestedBy: "slack:T01/U42 (octocat@acme.dev)"}
	if diff := cmp.Diff(annotations, p.Annotations); diff != "" {
		t.Errorf("annotations: -want +got\n%s", diff)
	}
	want := []v1alpha1.ItemStatus{{Service: "red", Stages: []v1alpha1.StageStatus{{
		Stage: "red-production", Phase: v1alpha1.PhasePending, Promotion: p.Name,
		Steps: []v1alpha1.StepStatus{{Name: "git-clone"}, {Name: "git-push"}},
	}}}}
	if diff := cmp.Diff(want, s.Status.Items); diff != "" {
		t.Errorf("status: -want +got\n%s", diff)
	}
	if s.Status.Phase != v1alpha1.PhasePending || s.Status.Progress != "0/2" {
		t.Errorf("phase %s, progress %q", s.Status.Phase, s.Status.Progress)
	}
}

func TestLookingAgainChangesNothing(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	first, _ := w.reconcile(t, c)
	for range 3 {
		again, _ := w.reconcile(t, c)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Fatalf("-first +again\n%s", diff)
		}
	}
	w.promotion(t)
}

func TestAShipmentFollowsItsPromotion(t *testing.T) {
	for _, test := range []struct {
		name     string
		says     []kargoapi.PromotionStatus
		want     v1alpha1.ShipmentPhase
		message  string
		progress string
	}{
		{"runs", []kargoapi.PromotionStatus{running(0)}, v1alpha1.PhasePromoting, "", "0/2"},
		{"is at a step", []kargoapi.PromotionStatus{running(0), running(1)}, v1alpha1.PhasePromoting, "", "1/2"},
		{"failed", []kargoapi.PromotionStatus{running(1), ended(kargoapi.PromotionPhaseFailed, "the build is on fire")}, v1alpha1.PhaseFailed, "the build is on fire", "0/2"},
		{"errored", []kargoapi.PromotionStatus{ended(kargoapi.PromotionPhaseErrored, "no such repository")}, v1alpha1.PhaseErrored, "no such repository", "0/2"},
		{"aborted", []kargoapi.PromotionStatus{running(1), ended(kargoapi.PromotionPhaseAborted, "Promotion terminated by kubernetes:admin")},
			v1alpha1.PhaseAborted, "Promotion terminated by kubernetes:admin", "0/2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, newShipment())
			c := w.controller(t)
			w.reconcile(t, c)
			for _, says := range test.says {
				w.kargoSays(t, says)
				w.reconcile(t, c)
			}
			s := w.shipment(t)
			if s.Status.Phase != test.want || s.Status.Message != test.message || s.Status.Progress != test.progress {
				t.Errorf("phase %s, message %q, progress %q", s.Status.Phase, s.Status.Message, s.Status.Progress)
			}
			if got := meta.IsStatusConditionTrue(s.Status.Conditions, v1alpha1.ConditionComplete); got != test.want.IsTerminal() {
				t.Errorf("complete: %v", got)
			}
			if got := w.counted(t, "kargobot_shipments_total", string(test.want)); (got == 1) != test.want.IsTerminal() {
				t.Errorf("counted %v times", got)
			}
			w.promotion(t)
		})
	}
}

func TestSuccessAwaitsTheStage(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseSucceeded, ""))
	w.clock = at(6).Time
	s, result := w.reconcile(t, c)
	if s.Status.Phase != v1alpha1.PhaseVerifying || result.RequeueAfter == 0 {
		t.Fatalf("phase %s, and again in %s", s.Status.Phase, result.RequeueAfter)
	}
	w.noted(t)
	w.clock = at(7).Time
	s, _ = w.reconcile(t, c)
	stage := s.Status.Items[0].Stages[0]
	if s.Status.Phase != v1alpha1.PhaseSucceeded || stage.Health != "Healthy" || !stage.FinishedAt.Equal(at(5)) {
		t.Errorf("phase %s, Stage %+v", s.Status.Phase, stage)
	}
	if got := w.counted(t, "kargobot_shipments_total", "Succeeded"); got != 1 {
		t.Errorf("counted %v times", got)
	}
}

func TestSuccessDoesNotAwaitASilentStageForever(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseSucceeded, ""))
	w.clock = at(5).Time
	_, result := w.reconcile(t, c)
	w.clock = w.clock.Add(result.RequeueAfter)
	if s, _ := w.reconcile(t, c); s.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("phase %s after %s", s.Status.Phase, result.RequeueAfter)
	}
}

func TestSuccessOfAStageThatIsGone(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseSucceeded, ""))
	stage := &kargoapi.Stage{}
	stage.Namespace, stage.Name = "microsvcs", "red-production"
	if err := w.server.Delete(t.Context(), stage); err != nil {
		t.Fatal(err)
	}
	if s, _ := w.reconcile(t, c); s.Status.Phase != v1alpha1.PhaseSucceeded {
		t.Errorf("phase %s", s.Status.Phase)
	}
}

func TestAFinishedShipmentIsKeptForAWhile(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseFailed, "no"))
	w.reconcile(t, c)
	w.clock = w.clock.Add(23 * time.Hour)
	if _, result := w.reconcile(t, c); result.RequeueAfter != time.Hour {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
	w.clock = w.clock.Add(time.Hour)
	if _, err := c.Reconcile(t.Context(), theRequest); err != nil {
		t.Fatal(err)
	}
	if err := w.server.Get(t.Context(), theRequest.NamespacedName, &v1alpha1.Shipment{}); client.IgnoreNotFound(err) != nil || err == nil {
		t.Errorf("not deleted: %v", err)
	}
	if _, err := c.Reconcile(t.Context(), theRequest); err != nil {
		t.Errorf("a Shipment that is gone: %v", err)
	}
	w.promotion(t)
}

func TestAShipmentIsKeptForEverWithoutRetention(t *testing.T) {
	w := newWorld(t, newShipment())
	c := w.controller(t)
	c.retention = 0
	w.reconcile(t, c)
	w.kargoSays(t, ended(kargoapi.PromotionPhaseFailed, "no"))
	w.reconcile(t, c)
	w.clock = w.clock.Add(10 * 365 * 24 * time.Hour)
	if _, result := w.reconcile(t, c); result.RequeueAfter != 0 {
		t.Errorf("looked at again in %s", result.RequeueAfter)
	}
}

func TestOneServiceThatCannotGoOnDoesNotHoldUpTheOthers(t *testing.T) {
	several := newShipment()
	several.Spec.Items = append(several.Spec.Items, several.Spec.Items[0])
	several.Spec.Items[1].Service, several.Spec.Items[1].Path = "blue", []string{"blue-production"}
	w := newWorld(t, several)
	c := w.controller(t)
	down := errors.New("connection refused")
	w.faults.Create = failing("red-production", down, w.admit)
	if _, err := c.Reconcile(t.Context(), theRequest); !errors.Is(err, down) {
		t.Fatalf("error: %v", err)
	}
	s := w.shipment(t)
	if s.Status.Items[0].Stages[0].Promotion != "" || s.Status.Items[1].Stages[0].Promotion != w.promotion(t).Name {
		t.Errorf("status: %+v", s.Status.Items)
	}
	w.faults.Create = nil
	if s, _ = w.reconcile(t, c); s.Status.Items[0].Stages[0].Promotion == "" || len(w.promotions(t)) != 2 {
		t.Errorf("status: %+v", s.Status.Items)
	}
}
