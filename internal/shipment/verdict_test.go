package shipment

import (
	"testing"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

// Names of Promotions to one Stage, in the order in which they were made.
const (
	earlierPromotion = "red-production.01kqwx.2873e6b"
	thePromotion     = "red-production.01kqwz.e72fb09"
	laterPromotion   = "red-production.01kqx0.ffffff0"
)

// ran is what a Stage ran: one Freight, verified to these phases, newest first.
func ran(freight string, verifications ...kargoapi.VerificationPhase) *kargoapi.FreightCollection {
	c := &kargoapi.FreightCollection{Freight: map[string]kargoapi.FreightReference{"Warehouse/red": {Name: freight}}}
	for _, phase := range verifications {
		c.VerificationHistory = append(c.VerificationHistory, kargoapi.VerificationInfo{Phase: phase, Message: "because"})
	}
	return c
}

func TestVerdict(t *testing.T) {
	const (
		healthy              = kargoapi.HealthStateHealthy
		ok, bad, running     = kargoapi.VerificationPhaseSuccessful, kargoapi.VerificationPhaseFailed, kargoapi.VerificationPhaseRunning
		pending              = kargoapi.VerificationPhasePending
		succeeded, verifying = v1alpha1.PhaseSucceeded, v1alpha1.PhaseVerifying
	)
	type history = []*kargoapi.FreightCollection
	for _, test := range []struct {
		name     string
		verifies bool
		last     string
		health   kargoapi.HealthState
		history  history
		silent   bool
		want     outcome
	}{
		{"a new Stage that has not taken note", false, "", healthy, nil, false, outcome{phase: verifying}},
		{"the Stage has not taken note", false, earlierPromotion, healthy, history{ran("old", ok)}, false, outcome{phase: verifying}},
		{"the Stage does not take note", false, earlierPromotion, healthy, history{ran("old", ok)}, true, outcome{phase: succeeded}},
		{"it took note", false, thePromotion, healthy, history{ran("new"), ran("old", ok)}, false, outcome{phase: succeeded, health: "Healthy"}},
		{"it took note, and looks at the health", false, thePromotion, "", history{ran("new")}, false, outcome{phase: verifying}},
		{"it took note, and says nothing of the health", false, thePromotion, "", history{ran("new")}, true, outcome{phase: succeeded}},
		{"it is unhealthy", false, thePromotion, kargoapi.HealthStateUnhealthy, history{ran("new")}, false, outcome{phase: succeeded, health: "Unhealthy"}},
		{"it has moved on", false, laterPromotion, healthy, history{ran("newer", ok), ran("new", ok)}, false, outcome{phase: succeeded}},
		{"a later Promotion failed", false, laterPromotion, healthy, history{ran("new", ok), ran("old", ok)}, false, outcome{phase: succeeded, health: "Healthy"}},

		{"verifying: it has not taken note", true, earlierPromotion, healthy, history{ran("old", ok)}, false, outcome{phase: verifying}},
		{"verifying: it does not take note", true, earlierPromotion, healthy, history{ran("old", ok)}, true, outcome{phase: verifying}},
		{"verifying: to begin", true, thePromotion, healthy, history{ran("new")}, true, outcome{phase: verifying}},
		{"verifying: pending", true, thePromotion, healthy, history{ran("new", pending)}, true, outcome{phase: verifying}},
		{"verifying: running", true, thePromotion, healthy, history{ran("new", running)}, true, outcome{phase: verifying}},
		{"verifying: successful", true, thePromotion, healthy, history{ran("new", ok)}, false, outcome{phase: succeeded, health: "Healthy"}},
		{"verifying: again", true, thePromotion, healthy, history{ran("new", running, bad)}, true, outcome{phase: verifying}},
		{"verifying: successful at last", true, thePromotion, healthy, history{ran("new", ok, bad)}, false, outcome{phase: succeeded, health: "Healthy"}},
		{"verifying: failed", true, thePromotion, healthy, history{ran("new", bad)}, false,
			outcome{phase: v1alpha1.PhaseFailed, message: "It was promoted, but its verification ended: Failed. Kargo says: because"}},
		{"verifying: inconclusive", true, thePromotion, healthy, history{ran("new", kargoapi.VerificationPhaseInconclusive)}, false,
			outcome{phase: v1alpha1.PhaseFailed, message: "It was promoted, but its verification ended: Inconclusive. Kargo says: because"}},
		{"verifying: unhealthy, so that it does not begin", true, thePromotion, kargoapi.HealthStateUnhealthy, history{ran("new")}, true, outcome{phase: verifying}},
		{"verifying: what ran before was verified", true, earlierPromotion, healthy, history{ran("new", ok)}, true, outcome{phase: verifying}},

		{"moved on, after it was verified", true, laterPromotion, healthy, history{ran("newer", running), ran("new", ok)}, false, outcome{phase: succeeded}},
		{"moved on, after its verification failed", true, laterPromotion, healthy, history{ran("newer", ok), ran("new", bad)}, false,
			outcome{phase: v1alpha1.PhaseFailed, message: "It was promoted, but its verification ended: Failed. Kargo says: because"}},
		{"moved on, before its verification was over", true, laterPromotion, healthy, history{ran("newer", ok), ran("new", running)}, false, outcome{phase: succeeded}},
		{"moved on, long ago", true, laterPromotion, healthy, history{ran("newer", ok)}, false, outcome{phase: succeeded}},
	} {
		t.Run(test.name, func(t *testing.T) {
			stage := &kargoapi.Stage{Status: kargoapi.StageStatus{FreightHistory: test.history}}
			if test.verifies {
				stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
			}
			if test.last != "" {
				stage.Status.LastPromotion = &kargoapi.PromotionReference{Name: test.last}
			}
			if test.health != "" {
				stage.Status.Health = &kargoapi.Health{Status: test.health}
			}
			if got := verdict(stage, "new", thePromotion, test.silent); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}

func TestVerdictOfAVerificationWithoutAMessage(t *testing.T) {
	stage := &kargoapi.Stage{Spec: kargoapi.StageSpec{Verification: &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}}}
	stage.Status.LastPromotion = &kargoapi.PromotionReference{Name: thePromotion}
	stage.Status.Health = &kargoapi.Health{Status: kargoapi.HealthStateHealthy}
	collection := ran("new", kargoapi.VerificationPhaseError)
	collection.VerificationHistory[0].Message = ""
	stage.Status.FreightHistory = []*kargoapi.FreightCollection{collection}
	if got := verdict(stage, "new", thePromotion, false).message; got != "It was promoted, but its verification ended: Error." {
		t.Errorf("says %q", got)
	}
}
