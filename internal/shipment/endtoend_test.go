package shipment

import (
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/davidaparicio/kargo-bot/api/v1alpha1"
	kargoapi "github.com/davidaparicio/kargo-bot/internal/kargo/v1alpha1"
)

func TestAShipmentArrives(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.ask(t, "3.2.0")
	s := sim.reaches(t, v1alpha1.PhaseSucceeded)
	all := sim.promotions(t)
	if len(all) != 1 || all[0].Name != s.Status.Items[0].Stages[0].Promotion || all[0].Spec.Freight != s.Spec.Items[0].Freight {
		t.Errorf("%d Promotions, status %+v", len(all), s.Status.Items)
	}
	if s.Status.Progress != "5/5" || s.Status.Items[0].Stages[0].Health != "Healthy" {
		t.Errorf("progress %s, health %s", s.Status.Progress, s.Status.Items[0].Stages[0].Health)
	}
	var stage kargoapi.Stage
	if err := sim.admin.Get(t.Context(), production, &stage); err != nil {
		t.Fatal(err)
	}
	if !stage.Status.Current().Includes(s.Spec.Items[0].Freight) {
		t.Error("the Stage runs something else")
	}
	sim.wantTold(t, live)
}

func TestAShipmentThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		prepare func(*simulation)
		want    v1alpha1.ShipmentPhase
		message string
		title   string
	}{
		{"a step fails", func(sim *simulation) { sim.Outcomes.FailStep(production, 4, "remote rejected the push") },
			v1alpha1.PhaseFailed, "remote rejected the push", "Promotion of red to production failed at git-push (step 4 of 5)"},
		{"a step errs", func(sim *simulation) { sim.Outcomes.ErrorStep(production, 1, "no such repository") },
			v1alpha1.PhaseErrored, "no such repository", "Promotion of red to production failed at git-clone (step 1 of 5)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			sim := simulate(t, nil)
			test.prepare(sim)
			sim.ask(t, "3.2.0")
			if s := sim.reaches(t, test.want); !strings.Contains(s.Status.Message, test.message) {
				t.Errorf("message %q", s.Status.Message)
			}
			sim.wantTold(t, test.title)
		})
	}
}

func TestAShipmentWhoseVerificationFails(t *testing.T) {
	t.Parallel()
	sim := simulate(t, func(stage *kargoapi.Stage) {
		stage.Spec.Verification = &kargoapi.Verification{AnalysisTemplates: []kargoapi.AnalysisTemplateReference{{Name: "smoke"}}}
	})
	sim.Outcomes.SetVerification(production, kargoapi.VerificationPhaseRunning, "")
	sim.ask(t, "3.2.0")
	sim.reaches(t, v1alpha1.PhaseVerifying)
	sim.Outcomes.SetVerification(production, kargoapi.VerificationPhaseFailed, "too many errors")
	s := sim.reaches(t, v1alpha1.PhaseFailed)
	if want := "It was promoted, but its verification ended: Failed. Kargo says: too many errors"; s.Status.Message != want {
		t.Errorf("message %q, want %q", s.Status.Message, want)
	}
	sim.wantTold(t, "Promotion of red to production failed")
}

func TestAShipmentWhosePromotionIsAborted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.Outcomes.HangStep(production, 5)
	sim.ask(t, "3.2.0")
	sim.reaches(t, v1alpha1.PhasePromoting)
	promotion := sim.promotions(t)[0]
	aborted := promotion.DeepCopy()
	aborted.Annotations[kargoapi.AnnotationKeyAbort] = kargoapi.AbortActionTerminate
	if err := sim.admin.Patch(t.Context(), aborted, client.MergeFrom(&promotion)); err != nil {
		t.Fatal(err)
	}
	if s := sim.reaches(t, v1alpha1.PhaseAborted); !strings.Contains(s.Status.Message, "system:admin") {
		t.Errorf("message %q does not say by whom", s.Status.Message)
	}
	sim.wantTold(t, "Promotion of red to production was aborted")
}

func TestAShipmentWhosePromotionIsDeleted(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.Outcomes.HangStep(production, 5)
	sim.ask(t, "3.2.0")
	sim.reaches(t, v1alpha1.PhasePromoting)
	if err := sim.admin.Delete(t.Context(), &sim.promotions(t)[0]); err != nil {
		t.Fatal(err)
	}
	sim.reaches(t, v1alpha1.PhaseAborted)
	sim.wantTold(t, "Promotion of red to production was aborted")
	if got := len(sim.promotions(t)); got != 0 {
		t.Errorf("%d Promotions", got)
	}
}

func TestAShipmentThatKargoRefuses(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.ask(t, "sha-") // a build of a commit, which goes no farther than development
	if s := sim.reaches(t, v1alpha1.PhaseFailed); !strings.Contains(s.Status.Message, "Freight is not available to this Stage") {
		t.Errorf("message %q", s.Status.Message)
	}
	sim.wantTold(t, "Promotion of red to production failed")
}

func TestAShipmentThatTheBotMayNotCarryOut(t *testing.T) {
	t.Parallel()
	for name, verbs := range map[string][2]string{"no promote": {"create", "get"}, "no create": {"get", "promote"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sim := simulate(t, nil)
			sim.permit(t, verbs[0], verbs[1])
			sim.ask(t, "3.2.0")
			if s := sim.reaches(t, v1alpha1.PhaseFailed); !strings.HasPrefix(s.Status.Message, "The bot itself may not promote to this Stage") {
				t.Errorf("message %q", s.Status.Message)
			}
		})
	}
}

func TestAShipmentSurvivesARestartInTheMiddle(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.Outcomes.HangStep(production, 3)
	sim.ask(t, "3.2.0")
	eventually(t, "step 3 is reached", func() bool { return sim.shipment(t).Status.Progress == "3/5" })
	eventually(t, "people are told", func() bool { return len(sim.sink.titles()) == 1 })
	sim.stop()
	sim.Outcomes.PassSteps(production)
	eventually(t, "Kargo is done", func() bool { return sim.promotions(t)[0].Status.Phase.IsTerminal() })
	if s := sim.shipment(t); s.Status.Phase != v1alpha1.PhasePromoting {
		t.Fatalf("phase %s while the bot is down", s.Status.Phase)
	}
	sim.start(t)
	sim.reaches(t, v1alpha1.PhaseSucceeded)
	sim.wantTold(t, live)
	if got := len(sim.promotions(t)); got != 1 {
		t.Errorf("%d Promotions", got)
	}
}

func TestAShipmentAskedForWhileTheBotIsDown(t *testing.T) {
	t.Parallel()
	sim := simulate(t, nil)
	sim.stop()
	sim.ask(t, "3.2.0")
	sim.start(t)
	sim.reaches(t, v1alpha1.PhaseSucceeded)
	sim.wantTold(t, live)
}
