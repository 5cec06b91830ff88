package shipment

import (
	"fmt"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// The path that red goes, and its Freight.
const (
	development = "red-development"
	staging     = "red-staging"
	productive  = "red-production"
	theFreight  = "e72fb09c"
	theOrigin   = "Warehouse/red"
)

var red = kargoapi.FreightOrigin{Kind: kargoapi.FreightOriginKindWarehouse, Name: "red"}

// upstreamOf returns a Stage that takes red's Freight from these Stages, or from the Warehouse if there
// are none, after it has soaked there.
func upstreamOf(name string, soak time.Duration, upstream ...string) *kargoapi.Stage {
	sources := kargoapi.FreightSources{Direct: len(upstream) == 0, Stages: upstream}
	if soak > 0 {
		sources.RequiredSoakTime = &metav1.Duration{Duration: soak}
	}
	return &kargoapi.Stage{
		ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: name},
		Spec:       kargoapi.StageSpec{RequestedFreight: []kargoapi.FreightRequest{{Origin: red, Sources: sources}}},
	}
}

func newFreight() *kargoapi.Freight {
	return &kargoapi.Freight{ObjectMeta: metav1.ObjectMeta{Namespace: "microsvcs", Name: theFreight}, Origin: red}
}

// through asks for red to go through three Stages.
func through() *v1alpha1.Shipment {
	s := newShipment()
	s.Spec.Items[0].Path = []string{development, staging, productive}
	return s
}

// newPath returns a world with the three Stages, the last of which wants Freight to have soaked, and a
// Shipment that goes through them.
func newPath(t *testing.T, soak time.Duration) *world {
	t.Helper()
	return newWorld(t, through(), newFreight(),
		upstreamOf(development, 0), upstreamOf(staging, 0, development), upstreamOf(productive, soak, staging))
}

// pass looks at the Shipment in a new process each time, until nothing changes any more.
func (w *world) pass(t *testing.T) (*v1alpha1.Shipment, reconcile.Result) {
	t.Helper()
	before := w.shipment(t).ResourceVersion
	for range 20 {
		s, result := w.reconcile(t, w.controller(t))
		if s.ResourceVersion == before {
			return s, result
		}
		before = s.ResourceVersion
	}
	t.Fatal("it never comes to rest")
	return nil, reconcile.Result{}
}

// promotionTo returns the one Promotion to the Stage.
func (w *world) promotionTo(t *testing.T, stage string) *kargoapi.Promotion {
	t.Helper()
	var found *kargoapi.Promotion
	for _, p := range w.promotions(t) {
		if p.Spec.Stage != stage {
			continue
		}
		if found != nil {
			t.Fatalf("several Promotions to %s", stage)
		}
		found = &p
	}
	if found == nil {
		t.Fatalf("no Promotion to %s", stage)
	}
	return found
}

// promotionEnds writes how the Promotion to the Stage ends.
func (w *world) promotionEnds(t *testing.T, stage string, phase kargoapi.PromotionPhase, message string) *kargoapi.Promotion {
	t.Helper()
	p := w.promotionTo(t, stage)
	now := metav1.NewTime(w.clock)
	p.Status = kargoapi.PromotionStatus{Phase: phase, Message: message, StartedAt: &now, FinishedAt: &now}
	if err := w.server.Status().Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// says changes the status of a Stage.
func (w *world) says(t *testing.T, name string, change func(*kargoapi.StageStatus)) {
	t.Helper()
	var stage kargoapi.Stage
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: name}, &stage); err != nil {
		t.Fatal(err)
	}
	change(&stage.Status)
	if err := w.server.Status().Update(t.Context(), &stage); err != nil {
		t.Fatal(err)
	}
}

// freightSays changes the status of the Freight.
func (w *world) freightSays(t *testing.T, change func(*kargoapi.FreightStatus)) {
	t.Helper()
	var freight kargoapi.Freight
	if err := w.server.Get(t.Context(), client.ObjectKey{Namespace: "microsvcs", Name: theFreight}, &freight); err != nil {
		t.Fatal(err)
	}
	change(&freight.Status)
	if err := w.server.Status().Update(t.Context(), &freight); err != nil {
		t.Fatal(err)
	}
}

// runs makes a Stage run a Freight from now on, with that health.
func (w *world) runs(t *testing.T, stage, freight, promotion string, health kargoapi.HealthState) {
	t.Helper()
	w.says(t, stage, func(s *kargoapi.StageStatus) {
		if promotion != "" {
			s.LastPromotion = &kargoapi.PromotionReference{Name: promotion}
		}
		s.FreightHistory = append([]*kargoapi.FreightCollection{ran(freight)}, s.FreightHistory...)
		s.Health = &kargoapi.Health{Status: health}
	})
	w.freightSays(t, func(s *kargoapi.FreightStatus) {
		if freight != theFreight {
			delete(s.CurrentlyIn, stage)
			return
		}
		now := metav1.NewTime(w.clock)
		s.CurrentlyIn = map[string]kargoapi.CurrentStage{stage: {Since: &now}}
	})
}

// verifies makes the Freight verified in a Stage, after it was there for so long if it is gone.
func (w *world) verifies(t *testing.T, stage string, soaked time.Duration) {
	t.Helper()
	w.freightSays(t, func(s *kargoapi.FreightStatus) {
		if s.VerifiedIn == nil {
			s.VerifiedIn = map[string]kargoapi.VerifiedStage{}
		}
		now := metav1.NewTime(w.clock)
		verified := kargoapi.VerifiedStage{VerifiedAt: &now}
		if soaked > 0 {
			verified.LongestCompletedSoak = &metav1.Duration{Duration: soaked}
		}
		s.VerifiedIn[stage] = verified
	})
}

// arrives makes the Promotion to a Stage succeed, and the Stage run and verify the Freight.
func (w *world) arrives(t *testing.T, stage string) {
	t.Helper()
	p := w.promotionEnds(t, stage, kargoapi.PromotionPhaseSucceeded, "")
	w.runs(t, stage, theFreight, p.Name, kargoapi.HealthStateHealthy)
	w.verifies(t, stage, 0)
}

// stands says where an item is in each Stage: "Succeeded Waiting Pending".
func stands(s *v1alpha1.Shipment, item int) string {
	out := ""
	for _, stage := range s.Status.Items[item].Stages {
		out += fmt.Sprintf(" %s", stage.Phase)
	}
	return out[1:]
}

// want checks where the first item is, and what the Shipment says.
func want(t *testing.T, s *v1alpha1.Shipment, stages string, phase v1alpha1.ShipmentPhase, message string) {
	t.Helper()
	if got := stands(s, 0); got != stages {
		t.Errorf("it stands at %s, want %s", got, stages)
	}
	if s.Status.Phase != phase || s.Status.Message != message {
		t.Errorf("phase %s, message %q\nwant %s, %q", s.Status.Phase, s.Status.Message, phase, message)
	}
}
