package shipment

import (
	"testing"
	"time"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// heldBy says that auto-promotion of red's Freight is on hold.
func heldBy(freight, promotion string) map[string]kargoapi.AutoPromotionHold {
	return map[string]kargoapi.AutoPromotionHold{theOrigin: {FreightName: freight, Origin: red, PromotionName: promotion}}
}

func TestARollbackSaysSoAndHoldsAutoPromotion(t *testing.T) {
	s := newShipment()
	s.Spec.Action = v1alpha1.ActionRollback
	w := newWorld(t, s, newFreight())
	w.pass(t)
	p := w.promotionEnds(t, productive, kargoapi.PromotionPhaseSucceeded, "")
	if p.Annotations[kargoapi.AnnotationKeyRollback] != "true" {
		t.Errorf("annotations %v", p.Annotations)
	}
	// Kargo's admission says so; that the Stage has taken note of it is not waited for.
	w.annotates(t, p, kargoapi.AnnotationKeyAutoPromotionHold, theOrigin)
	w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateHealthy)
	s, _ = w.pass(t)
	want(t, s, "Succeeded", succeeded, "")
	if !s.Status.Items[0].Stages[0].Held {
		t.Error("not said to be held")
	}
}

// annotates sets an annotation of a Promotion.
func (w *world) annotates(t *testing.T, p *kargoapi.Promotion, key, value string) {
	t.Helper()
	if p.Annotations == nil {
		p.Annotations = map[string]string{}
	}
	p.Annotations[key] = value
	if err := w.server.Update(t.Context(), p); err != nil {
		t.Fatal(err)
	}
}

func TestAPromotionThatHoldsNothing(t *testing.T) {
	for name, ends := range map[string]func(*world, *kargoapi.Promotion){
		"held by another": func(w *world, p *kargoapi.Promotion) {
			w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateHealthy)
			w.says(t, productive, func(s *kargoapi.StageStatus) { s.EffectiveAutoPromotionHolds = heldBy("ffffff0", "x") })
		},
		"aborted": func(w *world, p *kargoapi.Promotion) {
			w.annotates(t, p, kargoapi.AnnotationKeyAutoPromotionHold, theOrigin)
			w.promotionEnds(t, productive, kargoapi.PromotionPhaseAborted, "")
		},
	} {
		w := newWorld(t, newShipment(), newFreight())
		w.pass(t)
		ends(w, w.promotionEnds(t, productive, kargoapi.PromotionPhaseSucceeded, ""))
		s, _ := w.pass(t)
		if got := s.Status.Items[0].Stages[0]; !got.Phase.IsTerminal() || got.Held {
			t.Errorf("%s: %s, held %v", name, got.Phase, got.Held)
		}
	}
}

// resuming is a world in which auto-promotion of production is to be resumed, and Kargo would choose
// the Freight. Its Promotion has succeeded.
func resuming(t *testing.T) (*world, *kargoapi.Promotion) {
	t.Helper()
	w := newWorld(t, the(v1alpha1.ActionResume, func(item *v1alpha1.ShipmentItem) { item.Origin = theOrigin }), newFreight())
	w.candidate = theFreight
	w.says(t, productive, func(s *kargoapi.StageStatus) { s.EffectiveAutoPromotionHolds = heldBy("2873e6b6", "earlier") })
	w.pass(t)
	return w, w.promotionEnds(t, productive, kargoapi.PromotionPhaseSucceeded, "")
}

func TestResume(t *testing.T) {
	w, p := resuming(t)
	if p.Spec.Freight != theFreight || len(w.promotions(t)) != 1 {
		t.Errorf("%d Promotions, %+v", len(w.promotions(t)), p.Spec)
	}
	w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateHealthy)
	s, result := w.pass(t)
	want(t, s, "Verifying", verifying, "")
	if result.RequeueAfter == 0 {
		t.Error("not looked at again")
	}
	w.says(t, productive, func(s *kargoapi.StageStatus) { s.EffectiveAutoPromotionHolds = nil })
	s, _ = w.pass(t)
	want(t, s, "Succeeded", succeeded, "")
	if got := s.Status.Items[0].Stages[0]; got.Result != "auto-promotion goes on" || got.Held {
		t.Errorf("%+v", got)
	}
}

func TestAResumeThatDoesNotEndTheHold(t *testing.T) {
	for _, test := range []struct {
		name    string
		holder  string
		noted   bool
		after   time.Duration
		message string
	}{
		{"the hold stays", "earlier", true, stageSilence, "It was promoted, but Kargo still holds auto-promotion."},
		{"a later Promotion holds it", "red-production.later", true, time.Second,
			"It was promoted, but auto-promotion is on hold again because of a later Promotion, red-production.later."},
		{"the Stage takes no note", "earlier", false, noteSilence,
			"It was promoted, but Kargo's Stage has not taken note of it, so auto-promotion may still be on hold."},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, p := resuming(t)
			if test.noted {
				w.runs(t, productive, theFreight, p.Name, kargoapi.HealthStateHealthy)
			}
			w.clock = w.clock.Add(test.after - time.Second)
			s, _ := w.pass(t)
			want(t, s, "Verifying", verifying, "")
			w.says(t, productive, func(s *kargoapi.StageStatus) { s.EffectiveAutoPromotionHolds = heldBy("2873e6b6", test.holder) })
			w.clock = w.clock.Add(time.Second)
			s, _ = w.pass(t)
			want(t, s, "Failed", failed, test.message)
		})
	}
}
